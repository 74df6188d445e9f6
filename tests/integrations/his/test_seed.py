"""The seeded hospital is believable, whole and always the same."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from bot import documents
from bot.documents import Document, read_document
from integrations.his.roster import HOURS, Planned, plan
from integrations.his.seed import book, examinations
from integrations.his.seed.doctors import doctors
from integrations.his.seed.patients import AS_OF, patients
from integrations.his.seed.staff import staff
from integrations.his.seed.week import patterns

LABELS = """急诊科 全科医学科 呼吸内科 心血管内科 消化内科 神经内科 内分泌科 肾内科 血液科 风湿免疫科 感染科 肝病科
普外科 肝胆外科 肛肠外科 甲乳外科 骨科 神经外科 胸外科 心脏外科 血管外科 泌尿外科 男科 整形烧伤科 妇科 产科 生殖医学科
儿科 儿童保健科 小儿外科 眼科 耳鼻咽喉科 口腔科 皮肤科 精神心理科 肿瘤科 中医科 康复科 疼痛科 变态反应科 体检中心 营养科
老年医学科 医学影像科""".split()
MONDAY = date(2027, 3, 1)


@pytest.fixture(scope="module")
def month() -> list[Planned]:
    return [each for n in range(28) for each in plan(MONDAY + timedelta(days=n), patterns())]


def test_the_changelog_counts_it_right() -> None:
    told = (Path(__file__).parents[3] / "CHANGELOG.md").read_text()
    places = f"{len(book.clinics())} clinics and {len(examinations.units())} places of examination"
    assert f"{places}, {len(doctors())} doctors" in told
    assert f"{len(list(patients())):,} patients" in told


def test_it_is_a_whole_general_hospital() -> None:
    clinics = [plan.clinic for plan in book.clinics()]
    assert len(book.sites()) == 2
    assert len(clinics) >= 40 and len(doctors()) >= 150
    assert len({clinic.code for clinic in clinics}) == len(clinics)
    assert len(LABELS) == 44
    assert set(LABELS) == {subject for clinic in clinics for subject in clinic.subjects}
    discreet = {subject for clinic in clinics if clinic.discreet for subject in clinic.subjects}
    assert {"精神心理科", "生殖医学科", "感染科"} <= discreet
    assert 2 <= sum(not clinic.online for clinic in clinics) <= 5


def test_clinics_fit_who_may_come() -> None:
    by_name = {plan.clinic.name: plan.clinic for plan in book.clinics()}
    assert by_name["儿科"].max_age == 13
    assert by_name["妇科"].sex == "female" and by_name["男科"].sex == "male"
    assert by_name["老年医学科"].min_age == 60


def test_no_room_belongs_to_two_clinics() -> None:
    rooms = Counter((room.site, room.place.building, room.place.room) for plan in book.clinics() for room in plan.rooms)
    assert max(rooms.values()) == 1


def test_doctors_can_be_told_apart() -> None:
    assert len({doctor.number for doctor in doctors()}) == len(doctors())
    for clinic in book.clinics():
        names = [doctor.name for doctor in doctors() if clinic.clinic.code in doctor.clinics]
        assert len(names) == len(set(names)), clinic.clinic.name
    named = Counter(doctor.name for doctor in doctors())
    assert named["张敏"] == 2  # in two clinics: who asks for her is asked back
    assert "阿卜杜热依木·买买提" in named
    assert any(len(name) == 2 for name in named) and any(len(name) == 3 for name in named)


def test_every_department_has_staff_and_every_doctor_is_one_of_them() -> None:
    everybody = staff()
    assert len({each.code for each in everybody}) == len({each.number for each in everybody}) == len(everybody)
    assert {each.doctor for each in everybody if each.kind == "doctor"} == {doctor.code for doctor in doctors()}
    homes = {(code, each.kind) for each in everybody for code in each.departments}
    assert homes == {(each.code, kind) for each in book.departments() for kind in ("nurse", "clerk")}
    assert all(2 <= len(each.name) <= 20 and each.title for each in everybody)


def test_doctors_have_what_a_patient_decides_by() -> None:
    skills = {plan.clinic.code: plan.skills for plan in book.clinics()}
    for doctor in doctors():
        assert doctor.title in {"主任医师", "副主任医师", "主治医师"}
        assert 3 <= len(doctor.specialties) <= 6
        assert set(doctor.specialties) <= set(skills[doctor.clinics[0]])
        assert doctor.intro.count("。") == 2 and "{" not in doctor.intro
    assert len({doctor.intro for doctor in doctors()}) == len(doctors())


def test_every_clinic_has_sessions_every_week(month: list[Planned]) -> None:
    for clinic in book.clinics():
        mine = [each for each in month if each.pattern.clinic == clinic.clinic.code]
        general = {(each.day, each.pattern.half) for each in mine if each.pattern.doctor is None}
        for n in range(28):
            day = MONDAY + timedelta(days=n)
            if clinic.general and day.weekday() < 5:
                assert {(day, "am"), (day, "pm")} <= general
        assert mine and bool(general) is clinic.general


def test_doctors_sit_two_to_four_half_days_a_week() -> None:
    halves = Counter(pattern.doctor for pattern in patterns() if pattern.doctor)
    assert set(halves) == {doctor.code for doctor in doctors()}
    assert set(halves.values()) <= {2, 3, 4}


def test_nobody_sits_in_two_places_and_no_room_holds_two(month: list[Planned]) -> None:
    for (begin, end), (start, stop) in combinations(HOURS.values(), 2):
        assert end <= start or stop <= begin
    sitting = Counter(
        (each.substitute or each.pattern.doctor, each.day, each.pattern.half) for each in month if each.pattern.doctor
    )
    assert max(sitting.values()) == 1
    rooms = Counter((each.pattern.room, each.day, each.pattern.half) for each in month)
    assert max(rooms.values()) == 1
    places = {(each.pattern.doctor, each.day): set[str]() for each in month if each.pattern.doctor}
    for each in month:
        if each.pattern.doctor:
            places[each.pattern.doctor, each.day].add(each.pattern.site)
    assert max(len(sites) for sites in places.values()) == 1  # nobody commutes between the sites within a day


def test_a_few_sessions_are_stopped_or_substituted(month: list[Planned]) -> None:
    of_doctors = [each for each in month if each.pattern.doctor]
    stopped = [each for each in month if each.state == "stopped"]
    substituted = [each for each in month if each.substitute]
    assert 0.005 < len(stopped) / len(of_doctors) < 0.03
    assert 0.005 < len(substituted) / len(of_doctors) < 0.03
    assert not [each for each in stopped if each.substitute or each.pattern.doctor is None]
    clinics = {doctor.code: doctor.clinics for doctor in doctors()}
    assert all(each.pattern.clinic in clinics[each.substitute] for each in substituted if each.substitute)


def test_fees_go_by_who_sees_you() -> None:
    titles = {doctor.code: doctor.title for doctor in doctors()}
    fees: dict[str, set[int]] = {}
    for pattern in patterns():
        if pattern.clinic != "2801":
            who = titles[pattern.doctor] if pattern.doctor else pattern.kind
            fees.setdefault(who, set()).add(pattern.registration_fee + pattern.consultation_fee)
    assert fees == {
        "general": {1000}, "specialist": {1500}, "主治医师": {1500}, "副主任医师": {2500}, "主任医师": {5000}
    }
    assert {p.registration_fee + p.consultation_fee for p in patterns() if p.clinic == "2801"} == {20000}


def test_patients_are_people_with_valid_documents() -> None:
    everybody = list(patients())
    assert len(everybody) == len({patient.document_number for patient in everybody}) == 2000
    ages = []
    for patient in everybody:
        read = read_document("resident", str(patient.document_number), AS_OF)
        assert isinstance(read, Document)
        assert (read.sex, read.birth) == (patient.sex, patient.birth_date)
        ages.append(documents.age(patient.birth_date, AS_OF))
    assert min(ages) == 0 and max(ages) == 95
    children = [patient for patient, age in zip(everybody, ages, strict=True) if age < 14]
    assert 0.2 < sum(child.phone is None for child in children) / len(children) < 0.45
    assert all(len(patient.phone) == 11 for patient in everybody if patient.phone)


def test_it_is_the_same_on_every_machine(month: list[Planned]) -> None:
    """A change of the seed changes demonstrations and transcripts elsewhere: it is made on purpose, here as well."""
    text = repr((book.sites(), book.departments(), doctors(), list(patients()), month))
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "af7fa952f9ee4c44"
