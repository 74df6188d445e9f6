"""What stands behind the addresses of staff."""

from __future__ import annotations

from tests.security.entry import PLAIN, Entry

CLINIC = Entry(owned={"clinic": "clinic"})
PATTERN = Entry(owned={"clinic": "clinic", "key": "pattern"}, form={"mark": "x", "half": "am", "first": "2027-03-08"})
FEE = Entry(owned={"clinic": "clinic"}, form={"kind": "expert", "fee": "30", "first": "2027-03-08"})
SUBJECT = Entry(owned={"code": "doctor"}, open_={"kind": "kind"}, form={"revision": "1"})
SITTING = Entry(owned={"code": "session"})
PERSON = Entry(owned={"person": "person"})
HELD = Entry(owned={"id": "hold", "person": "child"})
BOOKED = Entry(owned={"id": "appointment", "person": "person"})

DESK: dict[str, Entry] = {
    # --- staff: the door and one's own account
    "GET /desk/": PLAIN,
    "GET /desk/sign-in/code": PLAIN,
    "POST /desk/sign-in/code": Entry(form={"code": "000000"}),
    "GET /desk/sign-in/enrol": PLAIN,
    "POST /desk/sign-in/enrol": Entry(form={"code": "000000"}),
    "GET /desk/sign-in/password": PLAIN,
    "POST /desk/sign-in/password": Entry(form={"old": "x", "new": "y", "again": "y"}),
    "POST /desk/sign-out": PLAIN,
    "GET /desk/account": PLAIN,
    "POST /desk/account/password": Entry(form={"old": "x", "new": "y", "again": "y"}),
    "POST /desk/account/sessions/{id}/end": Entry(owned={"id": "visit"}),
    "POST /desk/account/sessions/end-others": PLAIN,
    "POST /desk/account/recovery": PLAIN,
    "GET /desk/filters": PLAIN,
    "POST /desk/filters": Entry(form={"list": "staff", "name": "在职", "address": "/desk/staff/?state=active"}),
    "POST /desk/filters/{id}/drop": Entry(owned={"id": "filter"}),
    # --- staff: patients
    "GET /desk/patients/find": PLAIN,
    "POST /desk/patients/find": Entry(form={"q": "张三明"}),
    "GET /desk/patients/person/{id}": Entry(owned={"id": "person"}),
    "POST /desk/patients/person/{id}/reveal": Entry(owned={"id": "person"}, form={"why": "来电核对"}),
    "GET /desk/patients/person/{id}/child": Entry(owned={"id": "person"}),
    "POST /desk/patients/person/{id}/child": Entry(owned={"id": "person"}, form={"name": "小满"}),
    "GET /desk/patients/person/{id}/document": Entry(owned={"id": "child"}),
    "POST /desk/patients/person/{id}/document": Entry(owned={"id": "child"}, form={"document_number": "1"}),
    "GET /desk/patients/new": PLAIN,
    "POST /desk/patients/new": Entry(form={"name": "李四", "document_type": "passport", "document_number": "E1234567"}),
    # --- staff: staff and rights
    "GET /desk/staff/": PLAIN,
    "GET /desk/staff/person/{id}": Entry(owned={"id": "colleague"}),
    "POST /desk/staff/person/{id}": Entry(owned={"id": "colleague"}, form={"name": "甲", "version": "1"}),
    "POST /desk/staff/person/{id}/reset": Entry(owned={"id": "colleague"}),
    "POST /desk/staff/person/{id}/end-sessions": Entry(owned={"id": "colleague"}),
    "POST /desk/staff/person/{id}/unlock": Entry(owned={"id": "colleague"}),
    "GET /desk/staff/new": PLAIN,
    "POST /desk/staff/new": Entry(form={"login": "new.one", "name": "新人"}),
    "GET /desk/staff/departments": PLAIN,
    "GET /desk/staff/roles": PLAIN,
    "GET /desk/staff/roles/new": PLAIN,
    "POST /desk/staff/roles/new": Entry(form={"name": "新角色"}),
    "GET /desk/staff/roles/{id}": Entry(open_={"id": "role"}),
    "POST /desk/staff/roles/{id}": Entry(open_={"id": "role"}, form={"name": "甲", "version": "1"}),
    "POST /desk/staff/roles/{id}/remove": Entry(open_={"id": "role"}),
    # --- staff: the trail
    "GET /desk/audit/": PLAIN,
    "GET /desk/audit/journal": PLAIN,
    "POST /desk/audit/journal": Entry(form={"q": "张三明"}),
    "GET /desk/audit/entry/{number}": Entry(owned={"number": "entry"}),
    "POST /desk/audit/verify": PLAIN,
    # --- staff: who asked for a human, what was not delivered
    "GET /desk/desk/": PLAIN,
    "GET /desk/desk/request/{id}": Entry(owned={"id": "asked"}),
    "POST /desk/desk/request/{id}/number": Entry(owned={"id": "asked"}, form={"why": "打电话问清楚"}),
    "POST /desk/desk/request/{id}/done": Entry(owned={"id": "asked"}),
    "GET /desk/notices/": PLAIN,
    "GET /desk/notices/calls/{id}": Entry(owned={"id": "call"}),
    "POST /desk/notices/calls/{id}/number": Entry(owned={"id": "call"}, form={"why": "打电话告诉本人"}),
    "POST /desk/notices/{id}/{act}": Entry(owned={"id": "letter"}, open_={"act": "again"}),
    # --- staff: the office
    "GET /desk/booking/": PLAIN,
    "GET /desk/booking/session/{code}": SITTING,
    "GET /desk/booking/appointments": PLAIN,
    "GET /desk/booking/appointment/{id}": Entry(owned={"id": "appointment"}),
    "GET /desk/booking/use": PLAIN,
    "GET /desk/booking/waiting": PLAIN,
    "GET /desk/booking/exams": PLAIN,
    "GET /desk/booking/exams/{code}": Entry(open_={"code": "item"}),
    "GET /desk/booking/mine": PLAIN,
    "GET /desk/booking/mine/{code}": SITTING,
    # --- staff: booking for a person, and from the doctor's room
    "GET /desk/booking/mine/next/{id}": Entry(open_={"id": "today"}),
    "POST /desk/booking/mine/next/{id}": Entry(open_={"id": "today"}, form={"segment": "1", "request": "0" * 32}),
    "GET /desk/booking/for/{person}": PERSON,
    "GET /desk/booking/for/{person}/book": PERSON,
    "POST /desk/booking/for/{person}/hold": Entry(
        owned={"segment": "segment", "person": "person"}, form={"request": "0" * 32}
    ),
    "GET /desk/booking/for/{person}/held/{id}": HELD,
    "POST /desk/booking/for/{person}/held/{id}/{act}": Entry(
        owned={"id": "hold", "person": "child"}, open_={"act": "release"}
    ),
    "GET /desk/booking/for/{person}/exams": PERSON,
    "GET /desk/booking/for/{person}/exams/times": PERSON,
    "POST /desk/booking/for/{person}/exams/hold": Entry(
        owned={"person": "person"}, form={"request": "0" * 32, "chosen": "1:nobody"}
    ),
    "GET /desk/booking/for/{person}/exams/held/{id}": HELD,
    "POST /desk/booking/for/{person}/exams/held/{id}/{act}": Entry(
        owned={"id": "hold", "person": "child"}, open_={"act": "release"}
    ),
    "GET /desk/booking/for/{person}/exams/{id}/change": BOOKED,
    "POST /desk/booking/for/{person}/exams/{id}/change": Entry(
        owned={"id": "appointment", "segment": "segment", "person": "person"}
    ),
    "POST /desk/booking/for/{person}/wait": Entry(owned={"session": "full", "person": "person"}),
    "POST /desk/booking/for/{person}/waiting/{id}/give-up": Entry(
        owned={"id": "waiting", "person": "person"}
    ),
    "POST /desk/booking/for/{person}/appointment/{id}/pay-link": Entry(owned={"id": "appointment", "person": "person"}),
    "GET /desk/booking/for/{person}/appointment/{id}/cancel": BOOKED,
    "POST /desk/booking/for/{person}/appointment/{id}/cancel": Entry(
        owned={"id": "appointment", "person": "person"}, form={"why": "本人来电"}
    ),
    "GET /desk/booking/for/{person}/appointment/{id}/change": BOOKED,
    "POST /desk/booking/for/{person}/appointment/{id}/change": Entry(
        owned={"id": "appointment", "segment": "segment", "person": "person"}
    ),
    # --- staff: stops
    "GET /desk/booking/stops/": PLAIN,
    "GET /desk/booking/stops/stop/{id}": Entry(owned={"id": "stop"}),
    "POST /desk/booking/stops/stop/{id}/undo": Entry(owned={"id": "stop"}),
    "GET /desk/booking/stops/calls": PLAIN,
    "GET /desk/booking/stops/new": PLAIN,
    "GET /desk/booking/stops/new/{session}": Entry(owned={"session": "session"}),
    "POST /desk/booking/stops/new/{session}": Entry(
        owned={"session": "session"}, form={"reason": "临时", "step": "stop", "once": "x", "mark": "x"}
    ),
    "GET /desk/booking/stops/person/{id}": Entry(owned={"id": "choice"}),
    "POST /desk/booking/stops/person/{id}/call": Entry(owned={"id": "choice"}, form={"result": "reached"}),
    "POST /desk/booking/stops/person/{id}/choose": Entry(owned={"id": "choice"}, form={"answer": "cancel"}),
    # --- staff: who came, who did not, appeals
    "GET /desk/booking/arrivals": PLAIN,
    "GET /desk/booking/arrivals/{id}": Entry(owned={"id": "appointment"}),
    "POST /desk/booking/arrivals/{id}/check-in": Entry(owned={"id": "appointment"}),
    "POST /desk/booking/arrivals/{id}/excuse": Entry(owned={"id": "appointment"}, form={"reason": "路上堵车"}),
    "GET /desk/booking/standing/": PLAIN,
    "POST /desk/booking/standing/find": Entry(form={"q": "张三明", "list": "no-shows"}),
    "GET /desk/booking/standing/no-shows": PLAIN,
    "GET /desk/booking/standing/no-shows/{id}": Entry(owned={"id": "missed"}),
    "POST /desk/booking/standing/no-shows/{id}/strike": Entry(owned={"id": "missed"}, form={"reason": "路上堵车"}),
    "GET /desk/booking/standing/blacklist": PLAIN,
    "GET /desk/booking/standing/blacklist/{id}": Entry(open_={"id": "lock"}),
    "POST /desk/booking/standing/blacklist/{id}/lift": Entry(open_={"id": "lock"}, form={"reason": "路上堵车"}),
    "GET /desk/booking/standing/appeals/{id}": Entry(owned={"id": "appeal"}),
    "POST /desk/booking/standing/appeals/{id}/withdraw": Entry(owned={"id": "appeal"}, form={"reason": "号源紧张"}),
    "POST /desk/booking/standing/appeals/{id}": Entry(
        owned={"id": "appeal"}, form={"answer": "已核实", "verdict": "accept"}
    ),
    # --- staff: the directory's pages
    "GET /desk/directory/": PLAIN,
    "GET /desk/directory/pictures/{name}": Entry(open_={"name": "picture"}),
    "GET /desk/directory/subject/{kind}-{code}": SUBJECT,
    "GET /desk/directory/subject/{kind}-{code}/preview": SUBJECT,
    "POST /desk/directory/subject/{kind}-{code}": SUBJECT,
    "POST /desk/directory/subject/{kind}-{code}/picture": SUBJECT,
    "POST /desk/directory/subject/{kind}-{code}/publish": SUBJECT,
    "POST /desk/directory/subject/{kind}-{code}/withdraw/{edition}": Entry(
        owned={"code": "doctor", "edition": "edition"}, open_={"kind": "kind"}
    ),
    # --- staff: shares and draws
    "GET /desk/booking/shares": PLAIN,
    "POST /desk/booking/shares": Entry(
        owned={"clinic": "clinic"}, form={"channel": "window", "percent": "20", "hours": "2"}
    ),
    "POST /desk/booking/shares/{rule}/drop": Entry(owned={"rule": "rule"}),
    "GET /desk/booking/draws": PLAIN,
    "POST /desk/booking/draws": Entry(owned={"clinic": "clinic"}, form={"seconds": "60"}),
    "POST /desk/booking/draws/{fair}/drop": Entry(owned={"fair": "fair"}),
    # --- staff: rosters
    "GET /desk/booking/roster/": PLAIN,
    "GET /desk/booking/roster/session/{code}": SITTING,
    "POST /desk/booking/roster/session/{code}/{act}": Entry(owned={"code": "session"}, open_={"act": "close"}),
    "POST /desk/booking/roster/session/{code}/tell": SITTING,
    "POST /desk/booking/roster/copy": Entry(owned={"clinic": "clinic"}, form={"day": "2027-03-08", "unit": "week"}),
    "GET /desk/booking/roster/patterns": PLAIN,
    "GET /desk/booking/roster/patterns/{clinic}/new": CLINIC,
    "POST /desk/booking/roster/patterns/{clinic}/new": CLINIC,
    "GET /desk/booking/roster/patterns/{clinic}/cut": Entry(open_={"clinic": "clinic"}),
    "GET /desk/booking/roster/patterns/{clinic}/{key}": PATTERN,
    "POST /desk/booking/roster/patterns/{clinic}/{key}": PATTERN,
    "POST /desk/booking/roster/patterns/{clinic}/{key}/{act}": Entry(owned=PATTERN.owned, open_={"act": "end"}),
    "GET /desk/booking/roster/drafts": PLAIN,
    "GET /desk/booking/roster/preview/{clinic}": CLINIC,
    "POST /desk/booking/roster/preview/{clinic}/publish": CLINIC,
    "POST /desk/booking/roster/preview/{clinic}/discard": CLINIC,
    "GET /desk/booking/roster/clinics": PLAIN,
    "GET /desk/booking/roster/clinics/{clinic}": CLINIC,
    "POST /desk/booking/roster/clinics/{clinic}": CLINIC,
    "POST /desk/booking/roster/clinics/{clinic}/day": CLINIC,
    "GET /desk/booking/roster/clinics/{clinic}/rules": CLINIC,
    "POST /desk/booking/roster/clinics/{clinic}/rules": CLINIC,
    "POST /desk/booking/roster/clinics/{clinic}/rules/preview": CLINIC,
    "GET /desk/booking/roster/clinics/{clinic}/fees": CLINIC,
    "POST /desk/booking/roster/clinics/{clinic}/fees": FEE,
    "POST /desk/booking/roster/clinics/{clinic}/fees/preview": FEE,
    "POST /desk/booking/roster/clinics/{clinic}/fees/{fee}/drop": Entry(owned={"clinic": "clinic", "fee": "fee"}),
    "GET /desk/booking/roster/changes": PLAIN,
    # --- staff: finance
    "GET /desk/payment/": PLAIN,
    "GET /desk/payment/orders/{id}": Entry(owned={"id": "paid_order"}),
    "POST /desk/payment/orders/{id}/refund": Entry(
        owned={"id": "paid_order"}, form={"amount": "1.00", "note": "没有做", "once": "1"}
    ),
    "GET /desk/payment/orders/{id}/take": Entry(owned={"id": "paid_order"}),
    "POST /desk/payment/orders/{id}/take": Entry(owned={"id": "paid_order"}, form={"code": "134567890123456789"}),
    "POST /desk/payment/orders/{id}/take/leave": Entry(owned={"id": "paid_order"}),
    "GET /desk/payment/claims": PLAIN,
    "GET /desk/payment/claims/{id}": Entry(owned={"id": "cover"}),
    "POST /desk/payment/claims/{id}/ask": Entry(owned={"id": "cover"}),
    "POST /desk/payment/claims/{id}/withdraw": Entry(owned={"id": "cover"}, form={"note": "不用了"}),
    "POST /desk/payment/claims/{id}/supply": Entry(owned={"id": "cover"}, form={"note": "发票已传"}),
    "GET /desk/payment/refunds": PLAIN,
    "GET /desk/payment/refunds/{id}": Entry(owned={"id": "refund"}),
    "POST /desk/payment/refunds/{id}/approve": Entry(owned={"id": "refund"}),
    "POST /desk/payment/refunds/{id}/decline": Entry(owned={"id": "refund"}, form={"note": "已经做了"}),
    "POST /desk/payment/refunds/{id}/again": Entry(owned={"id": "refund"}),
    "POST /desk/payment/refunds/{id}/withdraw": Entry(owned={"id": "refund"}),
    "GET /desk/payment/odd": PLAIN,
    "GET /desk/payment/odd/{id}": Entry(owned={"id": "paid_order"}),
    "POST /desk/payment/odd/{id}/ask": Entry(owned={"id": "paid_order"}),
    "POST /desk/payment/odd/{id}/settle": Entry(owned={"id": "paid_order"}),
    "POST /desk/payment/odd/{id}/back": Entry(owned={"id": "paid_order"}, form={"note": "金额不对"}),
    "POST /desk/payment/odd/{id}/end": Entry(owned={"id": "paid_order"}, form={"note": "没有收到"}),
    "GET /desk/payment/notices": PLAIN,
    "GET /desk/payment/notices/refused": PLAIN,
    "GET /desk/payment/notices/{id}": Entry(open_={"id": "payment_notice"}),
    "POST /desk/payment/notices/{id}/looked": Entry(open_={"id": "payment_notice"}, form={"note": "测试单"}),
    "GET /desk/payment/differences": PLAIN,
    "GET /desk/payment/differences/{id}": Entry(open_={"id": "difference"}),
    "POST /desk/payment/differences/{id}/repair": Entry(open_={"id": "difference"}),
    "POST /desk/payment/differences/{id}/adjust": Entry(open_={"id": "difference"}, form={"note": "测试单"}),
    "POST /desk/payment/differences/{id}/approve": Entry(open_={"id": "difference"}),
    "POST /desk/payment/differences/{id}/decline": Entry(open_={"id": "difference"}),
    "GET /desk/payment/days": PLAIN,
    "POST /desk/payment/days/{day}/again": Entry(open_={"day": "past_day"}),
    "POST /desk/payment/refunds/{id}/anew": Entry(owned={"id": "refund"}),
    "POST /desk/payment/refunds/{id}/let": Entry(owned={"id": "refund"}, form={"note": "已经看过"}),
    "GET /desk/payment/funds": PLAIN,
    "POST /desk/payment/funds": Entry(form={"account": "wx", "day": "2027-02-27"}),
    "GET /desk/payment/funds/{id}": Entry(open_={"id": "fund"}),
    "GET /desk/payment/bills": PLAIN,
    "POST /desk/payment/bills": Entry(form={"account": "wx", "day": "2027-02-27"}),
    "GET /desk/payment/merchants": PLAIN,
    "POST /desk/payment/merchants/{name}/check": Entry(open_={"name": "merchant"}),
}
