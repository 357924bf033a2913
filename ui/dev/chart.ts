import type { AllergyBlock, ChartItem, Coded, Document, FileState, Note, ObservationSeries } from "../src/bridge";

const coded = (text: string, code: string | null = null): Coded => ({
  text,
  code,
  system: code ? "http://loinc.org" : null,
});

let next = 0;
const item = (text: string, start: string | null, rest: Partial<ChartItem> = {}): ChartItem => {
  next += 1;
  return {
    id: `i${next}`,
    what: coded(text),
    status: "active",
    active: true,
    start,
    end: null,
    detail: null,
    who: null,
    ...rest,
  };
};
const ended = { active: false, status: "resolved" };

export const allergies: AllergyBlock = {
  state: "known",
  active: [
    {
      id: "a1",
      substance: coded("Penicillin V"),
      category: "medication",
      criticality: "high",
      reactions: ["Anaphylaxis"],
      severity: "severe",
      verification: "confirmed",
      clinical_status: "active",
      recorded: "2011-05-02",
      flagged: false,
    },
    {
      id: "a2",
      substance: coded("Peanut (substance)"),
      category: "food",
      criticality: "low",
      reactions: ["Hives", "Itching"],
      severity: "mild",
      verification: "confirmed",
      clinical_status: "active",
      recorded: "2003",
      flagged: true,
    },
  ],
  inactive: [
    {
      id: "a3",
      substance: coded("Latex"),
      category: "environment",
      criticality: null,
      reactions: [],
      severity: null,
      verification: "refuted",
      clinical_status: "inactive",
      recorded: null,
      flagged: false,
    },
  ],
};

export const problems: ChartItem[] = [
  item("Essential hypertension (disorder)", "2014-03-11"),
  item("Type 2 diabetes mellitus", "2018-09"),
  item("Chronic kidney disease stage 3 due to type 2 diabetes mellitus", "2022-01-19"),
  item("Seasonal allergic rhinitis", "2003", { status: "recurrence" }),
  item("Acute viral pharyngitis", "2019-02-04", { ...ended, end: "2019-02-18" }),
  item("Sprain of ankle", "2009-07-30", { ...ended, end: "2009-08-20" }),
];

export const medications: ChartItem[] = [
  item("Metformin hydrochloride 500 MG Oral Tablet, extended release", "2018-09-14", {
    detail: "1 tablet twice a day with meals",
    who: "Dr. Sander",
  }),
  item("Hydrochlorothiazide 12.5 MG / Lisinopril 10 MG Oral Tablet [Zestoretic]", "2014-03-11", {
    detail: "1 tablet in the morning",
  }),
  item("Insulin glargine 100 UNT/ML Injectable Solution", "2023-05", { detail: "0.5 mL at night", status: "on-hold" }),
  item("Amoxicillin 250 MG Oral Capsule", "2019-02-04", { active: false, status: "stopped", end: "2019-02-14" }),
];

export const immunizations: ChartItem[] = [
  item("Influenza, seasonal, injectable, preservative free", "2024-10-02", { status: "completed" }),
  item("SARS-CoV-2 (COVID-19) vaccine, mRNA, spike protein, LNP, 30 mcg/0.3 mL", "2022-11-20", { status: "completed" }),
  item("Td (adult) preservative free", "2017-06-01", { status: "completed" }),
];

export const encounters: ChartItem[] = Array.from({ length: 11 }, (_, index) =>
  item(
    index % 3 === 0 ? "Encounter for check up (procedure)" : "Follow-up visit",
    `${2025 - index}-04-0${(index % 8) + 1}`,
    { status: "finished", detail: "Practice Sander & Yilmaz", who: "Dr. M. Sander" },
  ),
);

export const procedures: ChartItem[] = [
  item("Assessment of health and social care needs", "2024-04-03", { status: "completed" }),
  item("Colonoscopy", "2021-10-12", { status: "completed" }),
];

export const reports: ChartItem[] = [
  item("Comprehensive metabolic panel", "2025-04-01", { status: "final" }),
  item("Lipid panel with direct LDL - Serum or Plasma", "2025-04-01", { status: "preliminary" }),
];

function series(
  text: string,
  unit: string,
  code: string,
  start: number,
  step: number,
  count: number,
  low: number | null,
  high: number | null,
  digits = 1,
): ObservationSeries {
  const points = Array.from({ length: count }, (_, index) => {
    const value = Number((start + Math.sin(index * 1.7) * step + index * step * 0.08).toFixed(digits));
    const interpretation = high !== null && value > high ? "H" : low !== null && value < low ? "L" : null;
    return {
      id: `${code}-${index}`,
      at: `${2025 - index}-0${(index % 9) + 1}-14T09:${10 + index}:00+02:00`,
      value,
      text: `${value.toFixed(digits)} ${unit}`,
      interpretation,
      low,
      high,
    };
  });
  return { what: coded(text, code), unit, points };
}

export const vitals: ObservationSeries[] = [
  series("Diastolic", "mm[Hg]", "8462-4", 82, 7, 12, 60, 90, 0),
  series("Systolic", "mm[Hg]", "8480-6", 138, 12, 12, 90, 140, 0),
  series("Heart rate", "/min", "8867-4", 74, 8, 12, 50, 100, 0),
  series("Body weight", "kg", "29463-7", 81.4, 2.1, 12, null, null),
  series("Body height", "cm", "8302-2", 171, 0, 12, null, null, 0),
  series("Body mass index (BMI) [Ratio]", "kg/m2", "39156-5", 27.8, 0.7, 12, 18.5, 25),
  {
    what: coded("Tobacco smoking status", "72166-2"),
    unit: null,
    points: [
      { id: "s1", at: "2025-01-14", value: null, text: "Former smoker", interpretation: null, low: null, high: null },
    ],
  },
];

export const labs: ObservationSeries[] = [
  series("Hemoglobin A1c/Hemoglobin.total in Blood", "%", "4548-4", 6.9, 0.6, 10, 4, 6.5),
  series("Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", "2160-0", 1.3, 0.2, 10, 0.6, 1.2, 2),
  series("Glomerular filtration rate/1.73 sq M.predicted", "mL/min/{1.73_m2}", "33914-3", 52, 6, 10, 60, null, 0),
  series("Potassium [Moles/volume] in Serum or Plasma", "mmol/L", "2823-3", 4.4, 0.4, 10, 3.5, 5.1),
  series("Sodium [Moles/volume] in Serum or Plasma", "mmol/L", "2951-2", 139, 2, 10, 136, 145, 0),
  series(
    "Cholesterol in LDL [Mass/volume] in Serum or Plasma by Direct assay",
    "mg/dL",
    "18262-6",
    118,
    14,
    6,
    null,
    100,
    0,
  ),
  ...Array.from({ length: 9 }, (_, index) =>
    series(`Other test ${index + 1}`, "mg/dL", `x${index}`, 20 + index, 2, 3, null, null),
  ),
];

export const other = [
  { resource_type: "CarePlan", count: 3 },
  { resource_type: "Claim", count: 41 },
  { resource_type: "ImagingStudy", count: 1 },
];

export const notes: Note[] = [
  {
    id: "n2",
    text: "Feels well. Blood pressure at home 130–140 / 80–85.\n\nHbA1c rising; agreed on dietitian, check again in 3 months.",
    author: "Dr. M. Sander",
    at_ms: 1763712000000,
  },
  {
    id: "n1",
    text: "Phone: asks for repeat prescription of metformin. Done.",
    author: "A. Yilmaz",
    at_ms: 1758712000000,
  },
];

const document = (id: string, title: string, rest: Partial<Document>, file: Partial<FileState> = {}): Document => ({
  id,
  patient: "p1",
  compartment: "clinical",
  title,
  kind: "letter",
  date: "2026-01-14",
  file_name: "scan.pdf",
  media_type: "application/pdf",
  size: 1_310_720,
  author: "A. Yilmaz",
  added_ms: 1763712000000,
  removed: false,
  file: { place: "here", done: 0, total: 1_310_720, device: null, ...file },
  sent: true,
  unsent: false,
  ...rest,
});

export const documents: Document[] = [
  document("d1", "Discharge letter, City Hospital", {}),
  document(
    "d2",
    "Wound, left shin",
    { kind: "image", media_type: "image/jpeg", file_name: "wound.jpg" },
    { place: "fetching", done: 3_145_728, total: 10_485_760 },
  ),
  document("d3", "Referral notes", { kind: "report", media_type: "text/plain", date: null, size: 2048 }),
  document(
    "d4",
    "Insurance card",
    { kind: "insurance", compartment: "office" },
    { place: "waits", device: "Behandlung 2" },
  ),
  document("d5", "Old consent form", { kind: "consent", removed: true }),
];
