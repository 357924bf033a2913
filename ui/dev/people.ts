import type { Gender, PatientDetail, PatientDraft, PatientRow } from "../src/bridge";

type Person = [
  family: string,
  given: string,
  born: string | null,
  gender: Gender | null,
  city: string,
  extra?: Partial<PatientRow>,
];

// Made-up people with names in many shapes.
const PEOPLE: Person[] = [
  ["Okonkwo-Brandt", "Adaeze Chiamaka", "1987-11-02", "female", "Hamburg", { preferred: "Ada" }],
  ["Meyer", "Anna", "1954-02-28", "female", "Bremen"],
  ["Meyer", "Anna", "1991-07-19", "female", "Lübeck"],
  ["Suharto", "", "1963", "male", "Kiel"],
  ["محمود", "ليلى", "1979-05-14", "female", "Hamburg"],
  ["O’Shaughnessy", "Niamh Aoife", "2019-08-30", "female", "Hamburg"],
  [
    "von der Heyde-Schmitt zu Lauenburg",
    "Maximilian Friedrich Karl",
    "1941-12",
    "male",
    "Schwerin",
    { deceased: true },
  ],
  ["Nguyễn", "Thị Minh Khai", "1999-01-09", "female", "Rostock"],
  ["Åkesson", "Björn", "1972-03-03", "male", "Flensburg"],
  ["García Márquez de la Torre", "José Luis", "1958-09-21", "male", "Hamburg"],
  ["王", "小明", "2004-06-06", "male", "Hannover"],
  ["Unknown", "", null, null, ""],
  ["Kowalczyk", "Zofia", "1936-04-17", "female", "Stade"],
  ["D’Angelo", "Luca", "2025-10-01", "male", "Hamburg"],
];

const THIS_YEAR = 2025;

export const rows: PatientRow[] = PEOPLE.map(([family, given, birth_date, gender, city, extra], index) => ({
  id: `p${index}`,
  mrn: `WK-${(4821 + index * 7919).toString(32).toUpperCase().padStart(5, "0")}-${"HJKMNPQ"[index % 7]}`,
  family,
  given,
  preferred: null,
  birth_date,
  age: birth_date ? `${THIS_YEAR - Number(birth_date.slice(0, 4))} years` : null,
  gender,
  phone: index % 4 === 3 ? null : `+49 40 ${String(3300000 + index * 7123).slice(0, 7)}`,
  city,
  deceased: false,
  removed: false,
  same_name: false,
  restricted: index === 3,
  // As many other systems write it.
  ...(index === 8 ? { mrn: "cb5696d9-a0de-4f49-94f9-433f96a28eb0" } : {}),
  ...extra,
}));

export function draftOf(row: PatientRow): PatientDraft {
  const name = {
    item: 1,
    use_: "official" as const,
    prefix: row.family === "Meyer" ? "Dr." : "",
    given: row.given,
    family: row.family,
    suffix: "",
    text: "",
  };
  const preferred = { ...name, item: 2, use_: "usual" as const, given: row.preferred ?? "", prefix: "" };
  return {
    names: row.preferred ? [name, preferred] : [name],
    birth_date: row.birth_date,
    gender: row.gender,
    sex_at_birth: row.gender === "female" ? "F" : row.gender === "male" ? "M" : null,
    pronouns: null,
    telecom: row.phone
      ? [
          { item: 1, system: "phone", use_: "mobile", value: row.phone, e164: row.phone.replaceAll(" ", "") },
          { item: 2, system: "email", use_: "home", value: "someone@example.org", e164: null },
        ]
      : [],
    addresses: row.city
      ? [
          {
            item: 1,
            use_: "home",
            line: "Lange Reihe 12",
            city: row.city,
            district: "",
            state: "",
            postal_code: "20099",
            country: "DE",
            text: "",
          },
        ]
      : [],
    identifiers: [
      { item: 1, system: "urn:wardkeep:mrn", value: row.mrn, label: "MRN" },
      { item: 2, system: "http://fhir.de/sid/gkv/kvid-10", value: "A123456780", label: "Insurance number" },
      {
        item: 3,
        system: "https://registry.example.org/some/long/list",
        value: "18468941-bdaf-42a0-8648-cba7cafc27ce",
        label: "",
      },
    ],
    next_of_kin: [{ item: 1, name: "Chidi Okonkwo", relationship: "Brother", phone: "+49 171 5550199" }],
    deceased: row.deceased ? { kind: "on", date: "2024-03-12" } : { kind: "alive_or_unknown" },
    marital_status: "M",
    language: "de",
    emergency_note:
      row.id === "p0" ? "Deaf in the left ear: speak from the right. Interpreter for Igbo on Thursdays." : null,
  };
}

export function detailOf(row: PatientRow): PatientDetail {
  return {
    row,
    draft: draftOf(row),
    has_photo: row.id === "p0",
    restriction: row.restricted
      ? { people: [{ id: "u9", name: "Dr. Yilmaz" }], open: false, glass_until_ms: null, may_break: true }
      : null,
    may_restrict: true,
    conflicts:
      row.id === "p1"
        ? [
            {
              element: "birthDate",
              values: [
                { value: "1954-02-28", by: "M. Sander", at_ms: 1763712000000 },
                { value: "1945-02-28", by: "A. Yilmaz", at_ms: 1763715600000 },
              ],
            },
          ]
        : [],
    updated_at_ms: 1763712000000,
    updated_by: "M. Sander",
    source: row.id === "p2" ? "synthea" : null,
    sent: false,
    unsent: row.id === "p0",
  };
}
