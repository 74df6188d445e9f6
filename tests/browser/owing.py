"""What a running Daoyi is given from outside: a patient of phone 1 who owes two bills; with `insured`, two of which the
insurance pays a part and all; with `covered`, the same of whom a commercial insurer knows; with `over`, the time to pay
what is being paid is up.

Run as `python -m tests.browser.owing` with the environment of that Daoyi.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select, update

from bot.db import keys_store
from bot.db.contacts import contact
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.house import effective
from bot.settings import load_settings
from flows.patients import store as patients
from flows.patients.links import store as links
from flows.payment import store as payment
from integrations.his import people
from integrations.his import store as hospital
from integrations.his.cashier.written import write
from integrations.his.charges import Item
from integrations.his.port import NewPatient
from integrations.his.seed.charges import Charged
from integrations.sandbox.app import ACCOUNT
from integrations.sandbox.phones import openid_of

NAME = "欧阳慕容婉清"
BILLS = (
    (Item("阿莫西林胶囊", "西药", "2 盒", 1280, 2560), Item("血常规五分类", "化验", "1 次", 2500, 2500)),
    tuple(Item(f"注射用头孢哌酮钠舒巴坦钠 {n} 号(进口)", "西药", f"{n} 支", 8350, 8350 * n) for n in range(1, 13)),
)

INSURED = (
    (Item("阿莫西林胶囊", "西药费", "2 盒", 1280, 2560), Item("血常规五分类", "检验费", "1 次", 2500, 2500),
     Item("陪护床", "其他费", "1 天", 2000, 2000)),
    (Item("糖化血红蛋白", "检验费", "1 次", 6000, 6000),),
)
"""In the insurance's own words for what kind of thing each is."""


HOLDER = "330102199003070011"
"""An identity card of whom the embedded insurer anji knows one policy."""


async def owe(
    tx: Transaction, openid: str, bills: Sequence[tuple[Item, ...]] = BILLS, document: str | None = None
) -> None:
    number = await people.create(tx, NewPatient(NAME, "female", date(1984, 5, 12), "passport", "P12345678"))
    await patients.add_person(
        tx, name=NAME, document=document, mobile="13800000001", document_type="resident" if document else None,
        sex="female",
        birth_date=date(1984, 5, 12), guardian_id=None, patient_no=None,
    )
    person = await tx.scalar(select(patients.person.c.id).order_by(patients.person.c.id.desc()).limit(1))
    await links.add(
        tx, await tx.scalar(select(contact.c.id).where(contact.c.external_id == openid)), person, mobile="13800000001",
        relation="self", is_default=True, reach="all", proof="sms", consent="2027-01", until=None, made_by="test",
    )
    await patients.set_record(tx, person, "known", number, was=("none",))
    clinic = await tx.scalar(select(hospital.clinic.c.code).order_by(hospital.clinic.c.code).limit(1))
    for items in bills:
        await write(tx, [Charged("outpatient", people.patient_id(number), clinic, "王静", tx.now, items)])


async def over(tx: Transaction) -> None:
    await tx.execute(update(payment.order).where(payment.order.c.state == "paying").values(expires_at=tx.now))


async def main() -> None:
    settings = effective(load_settings())
    database = Database(settings.database)
    await database.start()
    try:
        await keys_store.load(database, settings.secret_keys)
        if sys.argv[1:] == ["over"]:
            await database.run(over)
        else:
            openid = openid_of(settings.accounts[ACCOUNT].app_id, 1)
            bills = BILLS if sys.argv[1:] == [] else INSURED
            document = HOLDER if sys.argv[1:] == ["covered"] else None
            await database.run(lambda tx: owe(tx, openid, bills, document))
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())
