#!/usr/bin/env python3
"""Makes names.ndjson: lives that generators do not make. Everybody here is invented.

usage: names.py > names.ndjson"""
import json
import uuid

SPACE = uuid.UUID("6f1f7c1e-2b1d-5a0e-9a55-0d3b6c0f4e11")
ALLERGY = "http://terminology.hl7.org/CodeSystem/allergyintolerance-"
CONDITION = "http://terminology.hl7.org/CodeSystem/condition-"
SCT = "http://snomed.info/sct"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def ident(text):
    return str(uuid.uuid5(SPACE, text))


def write(kind, key, **elements):
    resource = {"resourceType": kind, "id": ident(kind + "/" + key)}
    resource.update({k.rstrip("_"): v for k, v in elements.items() if v is not None})
    print(json.dumps(resource, ensure_ascii=False, separators=(",", ":")))


def name(family=None, *given, use="official", **more):
    n = {"use": use}
    if family:
        n["family"] = family
    if given:
        n["given"] = list(given)
    n.update(more)
    return n


def phone(value, use="mobile"):
    return {"system": "phone", "value": value, "use": use}


def home(city, country, *line, **more):
    a = {"use": "home", "line": list(line), "city": city, "country": country}
    a.update(more)
    return {k: v for k, v in a.items() if v}


def mrn(value):
    return [{"use": "usual", "system": "urn:oid:2.16.840.1.113883.19.5", "value": value,
             "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}}]


def person(key, names, gender, birth, number, **more):
    write("Patient", key, identifier=mrn(number), active=True, name=names, gender=gender, birthDate=birth, **more)


def subject(key):
    return {"reference": "Patient/" + ident("Patient/" + key)}


def status(system, code):
    return {"coding": [{"system": system, "code": code}]}


def allergy(key, number, text, verification="confirmed", clinical="active", **more):
    write("AllergyIntolerance", f"{key}/{number}",
          clinicalStatus=status(ALLERGY + "clinical", clinical) if clinical else None,
          verificationStatus=status(ALLERGY + "verification", verification),
          code=text if isinstance(text, dict) else {"text": text}, patient=subject(key), **more)


def problem(key, number, text, clinical="active", **more):
    write("Condition", f"{key}/{number}", clinicalStatus=status(CONDITION + "clinical", clinical),
          verificationStatus=status(CONDITION + "ver-status", "confirmed"), code={"text": text}, subject=subject(key), **more)


# Scripts and directions.
person("yamada", [name("山田", "太郎"), name("ヤマダ", "タロウ", use="usual"), name("Yamada", "Tarō", use="usual")], "male", "1961-04-29", "N-1001",
       telecom=[phone("+81 3-5555-0142", "home")], address=[home("千代田区", "JP", "丸の内1-9-1", state="東京都", postalCode="100-0005")])
person("haddad", [name("حدّاد", "ليلى"), name("Haddad", "Layla", use="usual")], "female", "1988-11-03", "N-1002",
       telecom=[phone("+961 1 555 014")], address=[home("بيروت", "LB", "شارع الحمراء ١٢")])
person("levi", [name("לוי", "נועה"), name("Levi", "Noa", use="usual")], "female", "1995-07-19", "N-1003", telecom=[phone("+972 3-555-0155")])
person("petrova", [name("Петрова", "Анна", "Сергеевна"), name("Petrova", "Anna", use="usual")], "female", "1974-02-11", "N-1004")
person("papadopoulou", [name("Παπαδοπούλου", "Ελένη")], "female", "1949-08-15", "N-1005")
person("sharma", [name("शर्मा", "प्रिया"), name("Sharma", "Priya", use="usual")], "female", "2001-01-26", "N-1006")
person("li", [name("李", "小龙", text="李小龙"), name("Li", "Xiaolong", use="usual")], "male", "1990-10-01", "N-1007")
person("kim", [name("김", "민준"), name("Kim", "Minjun", use="usual")], "male", "2016-05-05", "N-1008")
person("nguyen", [name("Nguyễn", "Thị", "Minh", "Khai")], "female", "1968-03-08", "N-1009")
person("somchai", [name("ใจดี", "สมชาย")], "male", "1982-12-05", "N-1010")
# Shapes of names.
person("sukarno", [name(None, use="official", text="Sukarno"), ], "male", "1955-06-06", "N-1011")
person("teresa", [{"use": "official", "given": ["Teresa"], "_family": {"extension": [{"url": ABSENT, "valueCode": "not-applicable"}]}}], "female", "1979", "N-1012")
person("oneill", [name("O’Neill", "Siobhán"), name("O'Neill", "Siobhan", use="usual")], "female", "1984-03-17", "N-1013")
person("oconnor", [name("O'Connor", "Seán Óg")], "male", "2019-09-30", "N-1014")
person("dangelo", [name("D'Angelo-von Bülow", "Maria Chiara", prefix=["Prof.", "Dr."], suffix=["PhD"])], "female", "1958-12-24", "N-1015")
person("garcia", [name("García Márquez", "José", "María"), name("García", "Pepe", use="nickname")], "male", "1927-03-06", "N-1016", deceasedDateTime="2014-04-17")
person("vandenberg", [name("van den Berg", "Femke")], "female", "1992-04-27", "N-1017")
person("jonsdottir", [name("Jónsdóttir", "Björk Þóra")], "female", "1965-11-21", "N-1018")
person("okonkwo", [name("Okonkwo", "Chidi"), name("Ọkọńkwọ", "Chídí", use="usual")], "male", "1999-10-10", "N-1019")
person("maiden", [name("Schröder-Weiß", "Änne", period={"start": "1991-06-14"}), name("Weiß", "Änne", use="maiden", period={"end": "1991-06-14"})], "female", "1966-05-02", "N-1020",
       maritalStatus={"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M"}]})
person("long", [name("Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh-Cholmondeley", "Hubert", "Blaine", "Montgomery", "Alexander")], "male", "1904-08-04", "N-1021", deceasedBoolean=True)
person("baby", [name("Okonkwo", "Baby of Adaeze", use="temp")], "unknown", "2026-10-30", "N-1022", multipleBirthInteger=2)
# Dates that are not whole.
person("year", [name("Mwangi", "Wanjiru")], "female", "1938", "N-1023")
person("month", [name("Tesfaye", "Abebe")], "male", "1951-09", "N-1024")
write("Patient", "nodate", identifier=mrn("N-1025"), active=True, name=[name("Doe", "John", use="anonymous")], gender="unknown",
      _birthDate={"extension": [{"url": ABSENT, "valueCode": "unknown"}]})
# Two people of one name, one born the day after the other; and a father and his son.
person("smith1", [name("Smith", "Mary", "Ann")], "female", "1983-06-12", "N-1026", telecom=[phone("+1 617-555-0126", "home")])
person("smith2", [name("Smith", "Mary", "Ann")], "female", "1983-06-13", "N-1027", telecom=[phone("+1 617-555-0127", "home")])
person("jones1", [name("Jones", "William", suffix=["Sr."])], "male", "1948-01-30", "N-1028")
person("jones2", [name("Jones", "William", suffix=["Jr."])], "male", "1975-01-30", "N-1029",
       contact=[{"relationship": [{"text": "father"}], "name": name("Jones", "William"), "telecom": [phone("+1 617-555-0128", "home")]}])
# Who someone is.
person("rivera", [name("Rivera", "Alex"), name(None, "Lex", use="usual")], "other", "1997-08-09", "N-1030",
       extension=[{"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F"},
                  {"url": "http://hl7.org/fhir/StructureDefinition/patient-genderIdentity", "valueCodeableConcept": {"text": "non-binary"}}])

# The states that the banner must tell apart.
allergy("smith1", 1, {"coding": [{"system": SCT, "code": "764146007", "display": "Penicillin"}], "text": "Penicillin"}, category=["medication"],
        criticality="high", recordedDate="2011-03-02", reaction=[{"manifestation": [{"text": "Anaphylaxis"}], "severity": "severe"}])
allergy("smith1", 2, "Peanut", category=["food"], criticality="high", reaction=[{"manifestation": [{"text": "Hives"}, {"text": "Wheeze"}], "severity": "moderate"}])
allergy("smith1", 3, "Cow's milk", category=["food"], clinical="resolved", reaction=[{"manifestation": [{"text": "Eczema"}], "severity": "mild"}])
allergy("smith2", 1, {"coding": [{"system": SCT, "code": "716186003", "display": "No known allergy"}], "text": "No known allergy"})
allergy("jones1", 1, "Sulfonamide", verification="unconfirmed", category=["medication"], criticality="unable-to-assess")
allergy("jones1", 2, "Codeine", verification="refuted", clinical="inactive", category=["medication"])
allergy("jones1", 3, "Latex", verification="entered-in-error", clinical=None, category=["environment"])
allergy("yamada", 1, "そば", category=["food"], criticality="high", reaction=[{"manifestation": [{"text": "アナフィラキシー"}], "severity": "severe"}])
allergy("haddad", 1, "Bee venom", category=["environment"], criticality="low", note=[{"text": "Carries an injector."}])
problem("jones1", 1, "Atrial fibrillation", onsetDateTime="2019-05")
problem("jones1", 2, "Pneumonia", clinical="resolved", onsetDateTime="2022-12-01", abatementDateTime="2023-01-10")
problem("smith2", 1, "Asthma", onsetString="as a child")
write("MedicationStatement", "jones1/1", status="active", medicationCodeableConcept={"text": "Apixaban 5 mg tablet"}, subject=subject("jones1"),
      effectivePeriod={"start": "2019-06-01"}, dosage=[{"text": "one tablet twice daily", "doseAndRate": [{"doseQuantity": {
          "value": 5, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}]}])
