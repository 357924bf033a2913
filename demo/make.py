#!/usr/bin/env python3
"""Makes clinic.ndjson from generated whole-life bundles; see README.md for the whole recipe.

usage: make.py FOLDER_OF_BUNDLES > clinic.ndjson

Same bundles in, same bytes out. Nothing here invents clinical content: resources are kept whole or left out."""
import datetime
import glob
import json
import os
import sys
from collections import Counter

# Administrative, bulky, and nothing that a chart shows. SupplyDelivery is stock keeping; DocumentReference repeats the
# other resources as base64 text.
LEFT_OUT = {"Claim", "ExplanationOfBenefit", "Provenance", "SupplyDelivery", "DocumentReference"}
SHARED = ["Organization", "Location", "Practitioner", "PractitionerRole"]
# A number of one kind is kept once in this many days, and the last one always, so that trends stay and dialysis every
# other day does not fill the file. Answers that are no numbers are kept when they differ from the one before.
NUMBER_EVERY_DAYS = 90
# The generator writes the parts of a blood pressure panel once more by themselves: only the panel is kept.
PANEL, PANEL_PARTS = "85354-9", {"8480-6", "8462-4"}
# The heaviest lives are left out, so that the demo clinic opens in seconds.
MOST_RESOURCES_OF_ONE_LIFE = 1900


def relative(value, types):
    """Bundle-local urn:uuid references become Type/id, as NDJSON has no bundle to be local to."""
    if isinstance(value, dict):
        ref = value.get("reference")
        if isinstance(ref, str) and ref.startswith("urn:uuid:") and ref[9:] in types:
            value["reference"] = types[ref[9:]] + "/" + ref[9:]
        for item in value.values():
            relative(item, types)
    elif isinstance(value, list):
        for item in value:
            relative(item, types)


def when(resource):
    for key in ("effectiveDateTime", "recordedDate", "authoredOn", "occurrenceDateTime", "performedDateTime", "started", "onsetDateTime"):
        if key in resource:
            return resource[key]
    period = resource.get("period") or resource.get("performedPeriod") or resource.get("effectivePeriod") or {}
    return period.get("start", "")


def answer(resource):
    return json.dumps({k: v for k, v in resource.items() if k.startswith("value") or k == "component"}, sort_keys=True)


def code_of(resource):
    return resource["code"]["coding"][0]["code"]


def repeated(observations):
    """The ids of observations that say nothing new."""
    gone, last_answer, last_day = set(), {}, {}
    latest = {code_of(r): r["id"] for r in observations}
    panels = {when(r) for r in observations if code_of(r) == PANEL}
    for r in observations:
        code = code_of(r)
        if code in PANEL_PARTS and when(r) in panels:
            gone.add(r["id"])
        elif "valueQuantity" in r or "component" in r:
            day = datetime.date.fromisoformat(when(r)[:10]).toordinal()
            if latest[code] != r["id"] and day - last_day.get(code, -(10**6)) < NUMBER_EVERY_DAYS:
                gone.add(r["id"])
            else:
                last_day[code] = day
        else:
            if last_answer.get(code) == answer(r):
                gone.add(r["id"])
            last_answer[code] = answer(r)
    return gone


def thinned(resources):
    """Leaves out repeated observations, and the report lines that pointed at them."""
    gone = repeated([r for r in resources if r["resourceType"] == "Observation"])
    for r in resources:
        if r["id"] in gone:
            continue
        if r["resourceType"] == "DiagnosticReport" and r.get("result"):
            r["result"] = [x for x in r["result"] if x.get("reference", "").split("/")[-1] not in gone]
            if not r["result"]:
                continue
        yield r


def write(resource):
    sys.stdout.write(json.dumps(resource, ensure_ascii=False, separators=(",", ":")) + "\n")


def main(folder):
    count, shared, lives = Counter(), {}, []
    for name in sorted(glob.glob(os.path.join(folder, "*.json"))):
        with open(name, encoding="utf-8") as f:
            entries = [e["resource"] for e in json.load(f)["entry"]]
        types = {r["id"]: r["resourceType"] for r in entries}
        kept = [r for r in entries if r["resourceType"] not in LEFT_OUT]
        for r in kept:
            relative(r, types)
        for r in kept:
            if r["resourceType"] in SHARED:
                shared.setdefault((SHARED.index(r["resourceType"]), r["id"]), r)
        own = [r for r in kept if r["resourceType"] not in SHARED]
        patient = [r for r in own if r["resourceType"] == "Patient"]
        rest = sorted((r for r in own if r["resourceType"] != "Patient"), key=lambda r: (r["resourceType"], when(r)))
        life = patient + list(thinned(rest))
        if len(life) <= MOST_RESOURCES_OF_ONE_LIFE:
            lives.append(life)
    for key in sorted(shared):
        count[shared[key]["resourceType"]] += 1
        write(shared[key])
    for life in lives:
        for r in life:
            count[r["resourceType"]] += 1
            write(r)
    for kind, n in count.most_common():
        print(f"{n:8} {kind}", file=sys.stderr)
    sizes = sorted(map(len, lives))
    print(f"resources of one life: least {sizes[0]}, middle {sizes[len(sizes) // 2]}, most {sizes[-1]}", file=sys.stderr)
    print(f"{sum(count.values()):8} in all", file=sys.stderr)


main(sys.argv[1])
