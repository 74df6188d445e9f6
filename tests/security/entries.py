"""What stands behind every address of ours, so that it can be tried with somebody else's.

A new address needs an entry here; `test_walk.py` names those that are missing. The marker of its handler says who may
come, so that an entry only tells what the address and its form are about:

- ``owned``: fields of the address or form that name something that belongs to one contact, or lies in one department
- ``open_``: fields that name what everybody may see
- ``form``: what else the form needs to be taken
- ``why``: for an address that anybody may open: why
"""

from __future__ import annotations

from tests.security.entries_desk import DESK
from tests.security.entry import PLAIN, Entry

HELP = Entry(owned={"token": "help"}, form={"relation": "child", "consent": "1"}, link=True)

CODE = "whoever scans an order's code may pay it, and reads how much and nothing of whom"

ENTRIES: dict[str, Entry] = {
    # --- everybody
    "GET /healthz": Entry(why="tells nothing but that the process answers"),
    "GET /readyz": Entry(why="tells load balancers what is away, and nothing else"),
    "GET /metrics": Entry(why="answers this machine only, and holds no person"),
    "GET /static/{name}": Entry(why="styles, scripts, pictures of ours", open_={"name": "static"}),
    "GET /webhooks/wechat/{account}": Entry(why="signed by WeChat", open_={"account": "account"}),
    "POST /webhooks/wechat/{account}": Entry(why="signed by WeChat", open_={"account": "account"}),
    "POST /webhooks/sms/{gateway}": Entry(why="signed by the gateway", open_={"gateway": "account"}),
    "POST /webhooks/wechat-pay/{account}": Entry(why="signed by WeChat Pay", open_={"account": "account"}),
    "POST /webhooks/alipay-pay/{account}": Entry(why="signed by Alipay", open_={"account": "account"}),
    "GET /h5/sign-in/{account}": Entry(why="the sign-in itself", open_={"account": "account"}),
    "GET /h5/patients/privacy": Entry(why="to be read before anybody signs up"),
    "GET /desk": Entry(why="leads to the door"),
    "GET /desk/sign-in": Entry(why="the door"),
    "POST /desk/sign-in": Entry(why="the door", form={"login": "nobody", "password": "wrong wrong 1"}),
    "GET /h5/directory/": Entry(why="whom the hospital has is for everybody to read"),
    "GET /h5/directory/departments/{code}": Entry(why="the same", open_={"code": "department"}),
    "GET /h5/directory/clinics/{code}": Entry(why="the same", open_={"code": "clinic"}),
    "GET /h5/directory/doctors/{code}": Entry(why="the same", open_={"code": "doctor"}),
    "GET /h5/directory/pictures/{name}": Entry(why="the same, once it is published", open_={"name": "picture"}),
    # --- contacts: persons
    "GET /h5/patients/": PLAIN,
    "GET /h5/patients/new": PLAIN,
    "POST /h5/patients/new": Entry(form={"name": "李四"}),
    "POST /h5/patients/code": Entry(form={"mobile": "13900000000"}),
    "GET /h5/patients/{person}": Entry(owned={"person": "person"}),
    "POST /h5/patients/{person}/default": Entry(owned={"person": "person"}),
    "GET /h5/patients/{person}/unbind": Entry(owned={"person": "person"}),
    "POST /h5/patients/{person}/unbind": Entry(owned={"person": "person"}),
    "GET /h5/patients/{person}/mobile": Entry(owned={"person": "person"}),
    "POST /h5/patients/{person}/mobile": Entry(owned={"person": "person"}, form={"mobile": "13900000000"}),
    "POST /h5/patients/{person}/mobile/code": Entry(owned={"person": "person"}, form={"mobile": "13900000000"}),
    "GET /h5/patients/{person}/read": Entry(owned={"person": "person"}, open_={"next": "next"}),
    "POST /h5/patients/{person}/read": Entry(owned={"person": "person"}, open_={"next": "next"}),
    "POST /h5/patients/{person}/read/code": Entry(owned={"person": "person"}, open_={"next": "next"}),
    "GET /h5/patients/easy": PLAIN,
    "POST /h5/patients/easy": Entry(owned={"whom": "help"}, form={"on": "1"}),
    "POST /h5/patients/aloud": Entry(form={"text": "王静 主任医师"}),
    "GET /h5/patients/help/{token}": HELP,
    "POST /h5/patients/help/{token}": HELP,
    # --- contacts: booking
    "GET /h5/booking/": PLAIN,
    "GET /h5/booking/experts": PLAIN,
    "GET /h5/booking/dates": PLAIN,
    "GET /h5/booking/search": PLAIN,
    "GET /h5/booking/clinics/{clinic}": Entry(open_={"clinic": "clinic"}),
    "GET /h5/booking/clinics/{clinic}/general": Entry(open_={"clinic": "clinic"}),
    "GET /h5/booking/doctors/{doctor}": Entry(open_={"doctor": "doctor"}),
    "GET /h5/booking/doctors/{doctor}/code": Entry(open_={"doctor": "doctor"}),
    "GET /h5/booking/segments/{segment}": Entry(open_={"segment": "segment"}),
    "POST /h5/booking/segments/{segment}": Entry(
        open_={"segment": "segment"}, owned={"person": "person"}, form={"request": "0" * 32}
    ),
    "GET /h5/booking/holds/{appointment}": Entry(owned={"appointment": "hold"}),
    "POST /h5/booking/holds/{appointment}/confirm": Entry(owned={"appointment": "hold"}),
    "POST /h5/booking/holds/{appointment}/release": Entry(owned={"appointment": "hold"}),
    "GET /h5/booking/wait": Entry(open_={"doctor": "doctor"}),
    "POST /h5/booking/wait": Entry(open_={"doctor": "doctor", "sessions": "full"}, owned={"person": "person"}),
    "GET /h5/booking/waiting/{entry}": Entry(owned={"entry": "waiting"}),
    "POST /h5/booking/waiting/{entry}/give-up": Entry(owned={"entry": "waiting"}),
    "GET /h5/booking/mine/": PLAIN,
    "GET /h5/booking/mine/{appointment}": Entry(owned={"appointment": "appointment"}),
    "GET /h5/booking/mine/{appointment}/calendar.ics": Entry(owned={"appointment": "appointment"}),
    "GET /h5/booking/mine/{appointment}/cancel": Entry(owned={"appointment": "appointment"}),
    "POST /h5/booking/mine/{appointment}/cancel": Entry(owned={"appointment": "appointment"}),
    "GET /h5/booking/mine/{appointment}/change": Entry(owned={"appointment": "appointment"}),
    "POST /h5/booking/mine/{appointment}/change": Entry(
        owned={"appointment": "appointment"}, open_={"segment": "segment"}
    ),
    "GET /h5/booking/mine/{appointment}/pay": Entry(owned={"appointment": "appointment"}),
    "POST /h5/booking/mine/{appointment}/pay": Entry(owned={"appointment": "appointment"}),
    "POST /h5/booking/mine/{appointment}/check-in": Entry(owned={"appointment": "appointment"}),
    "GET /h5/booking/appeals/": PLAIN,
    "POST /h5/booking/appeals/": Entry(owned={"about": "no_show"}),
    "GET /h5/booking/appeals/{appeal}": Entry(owned={"appeal": "appeal"}),
    "POST /h5/booking/appeals/{appeal}/words": Entry(owned={"appeal": "appeal"}, form={"said": "x"}),
    "GET /h5/booking/stops/{choice}": Entry(owned={"choice": "choice"}),
    "GET /h5/booking/stops/{choice}/others": Entry(owned={"choice": "choice"}),
    "POST /h5/booking/stops/{choice}": Entry(owned={"choice": "choice"}, form={"answer": "cancel"}),
    "GET /h5/booking/wishes/{wish}": Entry(owned={"wish": "wish"}),
    "POST /h5/booking/wishes/{wish}/withdraw": Entry(owned={"wish": "wish"}),
    "GET /h5/booking/draws": Entry(why="draws are public, so that everybody can draw them again"),
    "GET /h5/booking/draws/{draw}": Entry(why="the same", open_={"draw": "draw"}),
    "GET /h5/booking/draws/{draw}.json": Entry(why="the same", open_={"draw": "draw"}),
    # --- payment
    "GET /h5/payment/": PLAIN,
    "GET /h5/payment/history": Entry(owned={"before": "order"}),
    "GET /h5/payment/bills/{person}/{bill}": Entry(owned={"person": "person", "bill": "bill"}),
    "POST /h5/payment/bills/{person}/{bill}": Entry(
        owned={"person": "person", "bill": "bill"}, form={"way": "wx:inside"}
    ),
    "GET /h5/payment/orders/{order}": Entry(owned={"order": "order"}),
    "GET /h5/payment/orders/{order}/standing": Entry(owned={"order": "order"}),
    "POST /h5/payment/orders/{order}/pay": Entry(owned={"order": "order"}, form={"way": "wx:inside"}),
    "POST /h5/payment/orders/{order}/claimed": Entry(owned={"order": "order"}),
    "POST /h5/payment/orders/{order}/drop": Entry(owned={"order": "order"}),
    "GET /h5/payment/orders/{order}/insured": Entry(owned={"order": "order"}),
    "POST /h5/payment/orders/{order}/insured": Entry(
        owned={"order": "order"}, form={"by": "voucher", "voucher": "3300330102199003074512", "consent": "yes"}
    ),
    "POST /h5/payment/orders/{order}/insured/agree": Entry(owned={"order": "order"}),
    "POST /h5/payment/orders/{order}/insured/leave": Entry(owned={"order": "order"}),
    "GET /h5/payment/orders/{order}/covered": Entry(owned={"order": "order"}),
    "POST /h5/payment/orders/{order}/covered": Entry(
        owned={"order": "order"}, form={"insurer": "pinghe", "consent": "yes"}
    ),
    "POST /h5/payment/orders/{order}/covered/policy": Entry(owned={"order": "order"}, form={"which": "0"}),
    "POST /h5/payment/orders/{order}/covered/agree": Entry(owned={"order": "order"}),
    "POST /h5/payment/orders/{order}/covered/leave": Entry(owned={"order": "order"}),
    "GET /h5/payment/code/{order}": Entry(why=CODE, open_={"order": "order"}),
    "GET /h5/payment/code/{order}/standing": Entry(why=CODE, open_={"order": "order"}),
    "POST /h5/payment/code/{order}": Entry(why=CODE, open_={"order": "order"}, form={"way": "ali"}),
    "POST /h5/payment/code/{order}/drop": Entry(why=CODE, open_={"order": "order"}),
    "GET /h5/payment/code/{order}/inside": Entry(open_={"order": "order"}),
    "POST /h5/payment/code/{order}/inside/drop": Entry(open_={"order": "order"}),
    "POST /h5/payment/code/{order}/inside": Entry(open_={"order": "order"}, form={"way": "wx"}),
    **DESK,
}
