"""Registering a person in the chat (建档)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot import documents
from bot.documents import Document
from bot.talk.outcomes import Ask, Choose, Done, Go, Option, Outcome
from flows.patients.code_steps import PhoneFlow
from flows.patients.people import RELATIONS, RegisterForm
from flows.patients.refusals import GuardianMissing, MobileNotProved, OwnDocumentNeeded, ProofTriesSpent, TooYoungAlone
from flows.patients.rules import GUARDIAN_UNDER
from flows.patients.service import ON_PAGE

SPOKEN = {
    "self": ("我自己", "本人", "我"),
    "child": ("儿子", "女儿", "小孩", "宝宝", "娃"),
    "parent": ("爸爸", "妈妈", "父亲", "母亲", "爸", "妈", "老人"),
    "spouse": ("老公", "老婆", "丈夫", "妻子", "爱人"),
    "other": ("别人", "其他人", "亲戚", "朋友"),
}
NEARLY = 12
"""Digits of a text that was meant as a resident number, though something is wrong with it."""
USUAL: tuple[documents.Kind, ...] = ("resident", "passport", "hk_macau", "taiwan", "foreigner", "officer")


class Register(PhoneFlow, name="register", words=("建档", "注册", "登记", "办卡", "绑定", "添加就诊人")):
    """Consent, for whom, name, document (a guardian's for a small child), phone and code, confirm.

    Ends with the person's key as result. `enter` takes one of RELATIONS to skip that question.
    """

    goes_on = True

    @dataclass
    class Data:
        consent: bool = False
        relation: str = ""
        name: str = ""
        kind: str = ""
        number: str = ""
        sex: str = ""
        birth: str = ""
        guardian: int = 0
        mobile: str = ""
        answer: str = ""
        person: int = 0
        child: str = ""  # the name of a child whose guardian has to be registered first

    data: Data

    async def enter(self, arg: str) -> Outcome:
        self.data.relation = arg if arg in RELATIONS else ""
        return Go(self.start)

    async def start(self) -> Outcome:
        await self.service.may_add()
        options = [
            Option(True, self.label("agree"), ("@yes", "我同意")),
            Option(False, self.label("disagree"), ("@no", "拒绝")),
        ]
        links = [(self.label("privacy"), self.page("privacy")), (self.label("on_page"), self.page("new"))]
        return Choose("consent", options, save="consent", then=self.agreed, links=links, event=ON_PAGE,
                      happened=self.on_page)

    async def on_page(self) -> Outcome:
        """Registered on the page meanwhile: there is nothing more to agree to."""
        self.data.person = int(self.returned["person"])
        return Go(self.finish)

    async def agreed(self) -> Outcome:
        return Go(self.whom) if self.data.consent else Done("consent_declined")

    async def whom(self) -> Outcome:
        taken = any(person.relation == "self" for person in await self.service.persons())
        if self.data.relation and not (taken and self.data.relation == "self"):
            return Go(self.name_given)
        options = [Option(r, self.named("relation", r), SPOKEN[r]) for r in RELATIONS if r != "self" or not taken]
        return Choose("whom", options, save="relation", then=self.name_given)

    async def name_given(self) -> Outcome:
        return Ask("name", save="name", check="name", then=self.kind)

    async def kind(self) -> Outcome:
        kinds = [*USUAL, "birth_certificate", "guardian"] if self.data.relation == "child" else [*USUAL]
        options = [Option(kind, self.named("document", kind)) for kind in kinds]
        return Choose("kind", options, save="kind", then=self.number, other=self.number_at_once)

    async def number_at_once(self) -> Outcome:
        """Most people have a resident number, and many send it without being asked for the kind."""
        read = documents.read_document("resident", self.text, self.context.clock.today())
        if isinstance(read, Document):
            self.data.kind, self.data.number = read.kind, read.number
            return Go(self.numbered)
        if sum(character.isdigit() for character in self.text) < NEARLY:
            return Go(self.kind, say="kind_unclear")
        self.data.kind = "resident"
        return Go(self.number, say="number_problem", facts={"slug": read.slug, **read.facts})

    async def number(self) -> Outcome:
        if self.data.kind == "guardian":
            self.data.number = ""
            return Go(self.guardian_found)
        return Ask("number", save="number", check=f"document:{self.data.kind}", then=self.numbered)

    async def numbered(self) -> Outcome:
        read = documents.read_document(self._kind(), self.data.number, self.context.clock.today())
        own = await self.service.find_own(self._kind(), self.data.number)
        if own is not None:
            return Done("already_yours", facts={"name": own.name}, result=own.id)
        self.data.guardian = 0
        if isinstance(read, Document) and read.sex and read.birth:
            self.data.sex, self.data.birth = read.sex, read.birth.isoformat()
            return Go(self.old_enough)
        return Go(self.ask_sex)

    async def guardian_found(self) -> Outcome:
        persons = await self.service.persons()
        able = await self.service.guardians()
        if not able:
            if any(person.relation == "self" for person in persons):
                raise GuardianMissing()
            self.data.child, self.data.name, self.data.relation = self.data.name, "", "self"
            return Go(self.name_given, say="guardian_first")
        if len(able) == 1:
            self.data.guardian = able[0].id
            return Go(self.ask_sex, say="guardian_is", facts={"guardian_name": able[0].name})
        options = [Option(p.id, self.label("guardian", person=p), (p.name,)) for p in able]
        return Choose("guardian", options, save="guardian", then=self.ask_sex)

    async def ask_sex(self) -> Outcome:
        options = [
            Option("male", self.label("sex", name="male"), ("男孩", "男的", "先生")),
            Option("female", self.label("sex", name="female"), ("女孩", "女的", "女士")),
        ]
        return Choose("sex", options, save="sex", then=self.ask_birth)

    async def ask_birth(self) -> Outcome:
        return Ask("birth", save="birth", check="birth_date", then=self.old_enough)

    async def old_enough(self) -> Outcome:
        """Say now what would be refused in the end, before a code is sent for nothing."""
        try:
            await self.service.may_register(self._form())
        except OwnDocumentNeeded as no:
            return Go(self.kind, say=no.template, facts=no.facts)
        except TooYoungAlone:
            return Go(self.too_young)
        return Go(self.phone)

    async def too_young(self) -> Outcome:
        """Most often the number is the child's, and whoever writes is the parent."""
        options = [
            Option("child", self.label("to_child"), ("@yes", "孩子", "给孩子建档", "是孩子的")),
            Option("kind", self.label("change_document"), ("@no", "证件错了", "号码错了")),
        ]
        facts = {"years": GUARDIAN_UNDER}
        return Choose("too_young", options, save="answer", then=self.not_too_young, facts=facts)

    async def not_too_young(self) -> Outcome:
        if self.data.answer == "kind":
            return Go(self.kind)
        self.data.relation, self.data.child = "child", ""
        return Go(self.old_enough)

    async def phone(self) -> Outcome:
        if self.data.mobile:
            return Go(self.send)
        own = await self.service.own_mobile() if self.data.relation != "self" else None
        if own is None:
            return Go(self.ask_mobile)
        options = [
            Option(own, self.label("own_mobile", mobile=own), ("我的", "用我的")),
            Option("", self.label("other_mobile"), ("另外", "别的")),
        ]
        return Choose("mobile_which", options, save="mobile", then=self.phone_chosen)

    async def phone_chosen(self) -> Outcome:
        return Go(self.send if self.data.mobile else self.ask_mobile)

    async def proved(self) -> Outcome:
        return Go(self.confirm)

    async def confirm(self) -> Outcome:
        options = [
            Option("yes", self.label("confirm"), ("@yes", "提交")),
            Option("name", self.label("change_name"), ("名字错了",)),
            Option("kind", self.label("change_document"), ("证件错了", "号码错了")),
            Option("mobile", self.label("change_mobile"), ("手机错了",)),
        ]
        guardian = await self.service.person(self.data.guardian) if self.data.guardian else None
        facts = {"guardian_name": guardian.name if guardian else ""}
        return Choose("confirm", options, save="answer", then=self.confirmed, facts=facts)

    async def confirmed(self) -> Outcome:
        steps = {"yes": self.register, "name": self.name_again, "kind": self.kind, "mobile": self.ask_mobile}
        return Go(steps[self.data.answer])

    async def name_again(self) -> Outcome:
        return Ask("name", save="name", check="name", then=self.confirm)

    async def register(self) -> Outcome:
        try:
            person = await self.service.register(self._form())
        except MobileNotProved as no:
            return Go(self.send, say=no.template)
        self.data.person = person.id
        # Found in the hospital under another phone: what is in the record needs one more proof.
        return Go(self.prove if person.reach == "booking" and person.patient_no else self.finish)

    async def prove(self) -> Outcome:
        skip = [Option("skip", self.label("skip"), ("@no", "不记得", "忘了", "跳过", "没有"))]
        return Choose("prove", skip, save="answer", then=self.finish, other=self.prove_given)

    async def prove_given(self) -> Outcome:
        try:
            right = await self.service.prove_record(self.data.person, self.text)
        except ProofTriesSpent as no:
            return Go(self.finish, say=no.template, facts=no.facts)
        return Go(self.finish, say="proved") if right else Go(self.prove, say="prove_wrong")

    async def finish(self) -> Outcome:
        if self.data.child:
            self.data.guardian, self.data.person = self.data.person, 0
            self.data.name, self.data.child, self.data.relation = self.data.child, "", "child"
            self.data.kind, self.data.number = "guardian", ""
            return Go(self.ask_sex, say="guardian_done")
        person = await self.service.person(self.data.person)
        facts = {"name": person.name, "state": person.record_state, "reach": person.reach, "called": self.called}
        links = [] if self.called else [(self.label("people"), self.page())]
        return Done("registered", facts, links, person.id)

    def _kind(self) -> documents.Kind:
        return next(kind for kind in documents.KINDS if kind == self.data.kind)

    def _form(self) -> RegisterForm:
        own = self.data.kind != "guardian"
        return RegisterForm(
            relation=next(r for r in RELATIONS if r == self.data.relation),
            name=self.data.name,
            document_type=self._kind() if own else None,
            document_number=self.data.number if own else None,
            mobile=self.data.mobile,
            consent=self.data.consent,
            sex="male" if self.data.sex == "male" else "female",
            birth_date=date.fromisoformat(self.data.birth),
            guardian_id=self.data.guardian or None,
        )
