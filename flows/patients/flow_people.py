"""Looking after the persons that a contact has registered (就诊人管理)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.talk.outcomes import Ask, Call, Choose, Done, Go, Option, Outcome
from flows.patients.code_steps import PhoneFlow
from flows.patients.people import Person, Purpose
from flows.patients.refusals import FamilyFull, TooManyNew


class People(PhoneFlow, name="people", words=("就诊人", "家人", "就诊人管理", "我的就诊人")):
    """The list; one of it: make default, change phone, prove the record, ask family for help, see and end who helps,
    unbind; or add one."""

    purpose: Purpose = "change"
    anew = ("start", "person")

    @dataclass
    class Data:
        person: int = 0
        name: str = ""
        mobile: str = ""
        answer: str = ""
        helper: str = ""

    data: Data

    async def start(self) -> Outcome:
        persons = await self.service.persons()
        if not persons:
            return Call("register", then=self.added, say="nobody_yet")
        options = [Option(p.id, self.label("person", person=p), (p.name,)) for p in persons]
        try:
            await self.service.may_add()
            options.append(Option(0, self.label("add"), ("添加", "新增", "加一个")))
        except (FamilyFull, TooManyNew):
            pass  # the list is there to look at; who asks to add somebody is told why that cannot be
        links = [(self.label("people"), self.page())]
        return Choose("people", options, save="person", then=self.chosen, links=links)

    async def chosen(self) -> Outcome:
        return Go(self.person) if self.data.person else Call("register", then=self.added)

    async def added(self) -> Outcome:
        return Done()

    async def person(self) -> Outcome:
        person = await self.service.person(self.data.person)
        self.data.name = person.name
        options = []
        if not person.is_default:
            options.append(Option("default", self.label("make_default"), ("默认",)))
        if person.reach == "all":
            options.append(Option("mobile", self.label("change_mobile"), ("手机", "换手机")))
        elif person.patient_no and person.proof != "consent":
            options.append(Option("prove", self.label("prove"), ("核对", "验证")))
        options += await self._help(person)
        options.append(Option("unbind", self.label("unbind"), ("解绑", "删除", "移除")))
        facts = {
            "relation": person.relation,
            "birth": person.birth_date.isoformat(),
            "tail": person.mobile_tail,
            "patient_no": person.patient_no or "",
            "state": person.record_state,
            "reach": person.reach,
            "proof": person.proof,
        }
        return Choose("person", options, save="answer", then=self.act, facts=facts)

    async def _help(self, person: Person) -> list[Option]:
        if person.proof == "consent":
            return []
        options = []
        if await self.service.giving.pending(person.id):
            options.append(Option("allow", self.label("allow"), ("答复",)))
        options.append(Option("help", self.label("ask_help"), ("家人帮忙", "帮忙")))
        helpers, others = await self.service.giving.helpers(person.id)
        if helpers or others:
            options.append(Option("helpers", self.label("helpers"), ("谁在帮忙",)))
        return options

    async def act(self) -> Outcome:
        steps = {
            "default": self.make_default,
            "mobile": self.new_mobile,
            "prove": self.prove,
            "help": self.help,
            "allow": self.allow,
            "helpers": self.helpers,
            "unbind": self.unbind_sure,
        }
        return Go(steps[self.data.answer])

    async def make_default(self) -> Outcome:
        await self.service.set_default(self.data.person)
        return Done("default_set", result=self.data.person)

    async def new_mobile(self) -> Outcome:
        await self.service.may_change_mobile(self.data.person)
        return Go(self.ask_mobile)

    async def ask_mobile(self) -> Outcome:
        return Ask("mobile_new", save="mobile", check="mobile", then=self.send)

    async def proved(self) -> Outcome:
        await self.service.change_mobile(self.data.person, self.data.mobile)
        return Done("mobile_changed", result=self.data.person)

    async def prove(self) -> Outcome:
        skip = [Option("skip", self.label("skip"), ("@no", "不记得", "忘了", "跳过", "没有"))]
        return Choose("prove", skip, save="answer", then=self.unproved, other=self.prove_given)

    async def prove_given(self) -> Outcome:
        if await self.service.prove_record(self.data.person, self.text):
            return Done("proved", result=self.data.person)
        return Go(self.prove, say="prove_wrong")

    async def unproved(self) -> Outcome:
        return Done("unproved", result=self.data.person)

    async def help(self) -> Outcome:
        return Call("handover", then=self.added, arg=str(self.data.person))

    async def allow(self) -> Outcome:
        pending = await self.service.giving.pending(self.data.person)
        return Call("allow", then=self.added, arg=pending[0]) if pending else Go(self.person)

    async def helpers(self) -> Outcome:
        helpers, others = await self.service.giving.helpers(self.data.person)
        if not helpers:
            return Done("helpers_others", {"others": others})
        options = [Option(each.public_id, self.label("helper", helper=each)) for each in helpers]
        return Choose("helpers", options, save="helper", then=self.end_sure, facts={"others": others})

    async def end_sure(self) -> Outcome:
        helpers, _ = await self.service.giving.helpers(self.data.person)
        helper = next((each for each in helpers if each.public_id == self.data.helper), None)
        if helper is None:
            return Done("help_ended")
        options = [Option("yes", self.label("end_help"), ("@yes",)), Option("no", self.label("keep_help"), ("@no",))]
        facts = {"who": helper.who, "tail": helper.tail}
        return Choose("end_help", options, save="answer", then=self.ended, facts=facts)

    async def ended(self) -> Outcome:
        if self.data.answer != "yes":
            return Done("help_kept")
        await self.service.giving.end(self.data.helper)
        return Done("help_ended")

    async def unbind_sure(self) -> Outcome:
        await self.service.may_unbind()
        options = [Option("yes", self.label("unbind_yes"), ("@yes",)), Option("no", self.label("keep"), ("@no",))]
        return Choose("unbind", options, save="answer", then=self.unbound)

    async def unbound(self) -> Outcome:
        if self.data.answer != "yes":
            return Done("kept")
        await self.service.unbind(self.data.person)
        return Done("unbound")
