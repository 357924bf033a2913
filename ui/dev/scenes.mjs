// Every screen worth looking at: an address for the made-up program and the steps to it.
const id = (name) => `[data-testid="${name}"]`;
const openPatient = async (page, name) => {
  await page.fill(id("search-input"), name);
  await page.waitForSelector(`${id("search-row")} >> nth=0`);
  await page.waitForTimeout(80);
  await page.keyboard.press("Enter");
  await page.waitForSelector(id("patient-banner"));
  await page.waitForTimeout(150);
};
const restricted = "suharto";
const access = async (page) => {
  await openPatient(page, "okonkwo");
  await page.click(id("tab-access"));
  await page.waitForTimeout(150);
};
const menu = async (page, word) => {
  await page.click(id("user-menu"));
  await page.click(`[role=menuitem]:has-text("${word}")`);
};

export const scenes = {
  wizard: { at: "?state=no_vault" },
  "wizard-filled": {
    at: "?state=no_vault",
    steps: async (page) => {
      await page.fill(id("wizard-clinic"), "Praxis am Hafen");
      await page.fill(id("wizard-name"), "Dr. Miriam Sander");
      await page.fill(id("wizard-password"), "kurz");
      await page.fill(id("wizard-password-again"), "anders");
      await page.waitForTimeout(300);
    },
  },
  unlock: { at: "?state=locked&because=idle" },
  "unlock-wrong": {
    at: "?state=locked",
    steps: async (page) => {
      for (let turn = 0; turn < 2; turn += 1) {
        await page.fill(id("unlock-password"), "not this one");
        await page.keyboard.press("Enter");
        await page.waitForSelector(id("unlock-error"));
        await page.waitForTimeout(100);
      }
    },
  },
  "unlock-keychain": { at: "?state=locked&problem=keychain_locked" },
  home: { at: "?" },
  "home-empty": { at: "?empty=1" },
  "search-same": {
    at: "?",
    steps: async (page) => {
      await page.fill(id("search-input"), "meyer");
      await page.waitForTimeout(150);
      await page.keyboard.press("ArrowDown");
    },
  },
  "search-none": {
    at: "?",
    steps: async (page) => {
      await page.fill(id("search-input"), "mina khan");
      await page.waitForTimeout(200);
    },
  },
  chart: { at: "?", steps: (page) => openPatient(page, "okonkwo") },
  "chart-trend": {
    at: "?allergies=unrecorded",
    steps: async (page) => {
      await openPatient(page, "okonkwo");
      await page.click(`${id("chart-vitals")} button >> nth=0`);
      await page.click(id("allergy-add"));
    },
  },
  "chart-failing": {
    at: "?fail=chart_labs,chart_allergies&hang=chart_problems",
    steps: (page) => openPatient(page, "meyer"),
  },
  deceased: { at: "?allergies=none", steps: (page) => openPatient(page, "heyde") },
  rtl: { at: "?", steps: (page) => openPatient(page, "محمود") },
  documents: {
    at: "?",
    steps: async (page) => {
      await openPatient(page, "okonkwo");
      await page.click(id("tab-documents"));
    },
  },
  "document-add": {
    at: "?",
    steps: async (page) => {
      await openPatient(page, "okonkwo");
      await page.click(id("tab-documents"));
      await page.click(id("document-add"));
    },
  },
  "document-text": {
    at: "?",
    steps: async (page) => {
      await openPatient(page, "okonkwo");
      await page.click(id("tab-documents"));
      await page.click(`${id("document-view")} >> nth=1`);
    },
  },
  notes: {
    at: "?",
    steps: async (page) => {
      await openPatient(page, "okonkwo");
      await page.click(id("tab-notes"));
      await page.fill(id("note-text"), "Cough for three days, no fever.");
      await page.waitForTimeout(900);
    },
  },
  details: {
    at: "?",
    steps: async (page) => {
      await openPatient(page, "okonkwo");
      await page.click(id("tab-summary"));
    },
  },
  "details-conflict": {
    at: "?",
    steps: async (page) => {
      await openPatient(page, "meyer anna 1954");
      await page.click(id("tab-summary"));
    },
  },
  history: {
    at: "?",
    steps: async (page) => {
      await openPatient(page, "okonkwo");
      await page.click(id("tab-history"));
      await page.waitForTimeout(100);
    },
  },
  "desk-chart": {
    at: "?as=desk",
    steps: async (page) => {
      await openPatient(page, "okonkwo");
      await page.click(id("tab-chart"));
    },
  },
  register: {
    at: "?",
    steps: async (page) => {
      await page.fill(id("search-input"), "anna meyer");
      await page.waitForTimeout(100);
      await page.click(id("register-open"));
      await page.fill(id("field-family"), "Meyer");
      await page.fill(id("field-given"), "Anna");
      await page.fill(id("field-birth-date"), "3.4.80");
      await page.waitForTimeout(600);
    },
  },
  "register-invalid": {
    at: "?",
    steps: async (page) => {
      await page.click(id("register-open"));
      await page.fill(id("field-birth-date"), "31.2.80");
      await page.keyboard.press("Control+Enter");
      await page.waitForTimeout(100);
    },
  },
  edit: {
    at: "?",
    steps: async (page) => {
      await openPatient(page, "okonkwo");
      await page.click(id("edit-button"));
      await page.waitForSelector(id("field-family"));
    },
  },
  "locked-while-open": {
    at: "?",
    steps: async (page) => {
      await openPatient(page, "okonkwo");
      await page.evaluate(() => window.lockFromOutside("idle"));
      const left = await page.evaluate(() => document.documentElement.outerHTML);
      if (/okonkwo|penicillin/i.test(left)) throw new Error("a record is left in the page");
      await page.waitForSelector(id("unlock-password"));
    },
  },
  leave: {
    at: "?",
    steps: async (page) => {
      await page.click(id("register-open"));
      await page.fill(id("field-family"), "Meyer");
      await page.click(id("import-open"));
      await page.waitForSelector(id("leave-stay"));
    },
  },
  import: { at: "?", steps: (page) => page.click(id("import-open")) },
  "import-preview": {
    at: "?",
    steps: async (page) => {
      await page.click(id("import-open"));
      await page.fill(id("import-path"), "/home/sander/synthea.json");
      await page.click(id("import-preview"));
      await page.waitForSelector(id("import-start"));
    },
  },
  "import-result": {
    at: "?import=done",
    steps: async (page) => {
      await page.click(id("import-open"));
      await page.fill(id("import-path"), "/home/sander/synthea.json");
      await page.click(id("import-preview"));
      await page.fill(id("import-source"), "old system");
      await page.click(id("import-start"));
      await page.waitForSelector(id("import-result"));
    },
  },
  people: {
    at: "?",
    steps: async (page) => {
      await page.click("a[title=People]");
      await page.click(id("user-add"));
    },
  },
  settings: { at: "?", steps: (page) => menu(page, "Settings") },
  "document-copy": {
    at: "?lang=de",
    steps: async (page) => {
      await openPatient(page, "okonkwo");
      await page.click(id("tab-documents"));
      await page.click(`${id("document-save")} >> nth=0`);
      await page.fill(id("copy-recipient"), "Klinikum Nord");
      await page.click(id("copy-save"));
      await page.waitForTimeout(100);
    },
  },
  audit: { at: "?", steps: (page) => page.click("a[title=Audit]") },
  "audit-clinic": {
    at: "?sync=up_to_date",
    steps: async (page) => {
      await page.click("a[title=Audit]");
      await page.waitForSelector(id("audit-row"));
      await page.selectOption(id("trail-kind"), "looks");
      await page.waitForSelector(id("audit-row"));
      await page.fill(id("trail-from"), "1.1.2025");
      await page.fill(id("trail-patient"), "meyer");
      await page.press(id("trail-patient"), "Enter");
      await page.waitForTimeout(200);
    },
  },
  "audit-values": {
    at: "?sync=up_to_date",
    steps: async (page) => {
      await page.click("a[title=Audit]");
      await page.waitForSelector(id("audit-row"));
      for (const at of [0, 1]) await page.locator(id("audit-values-open")).nth(at).click();
      await page.waitForTimeout(200);
    },
  },
  "audit-older": {
    at: "?sync=up_to_date",
    steps: async (page) => {
      await page.click("a[title=Audit]");
      await page.click(id("trail-more"));
      await page.waitForTimeout(200);
      await page.evaluate(() => document.querySelector("main")?.scrollTo(0, 1e6));
    },
  },
  "audit-broken": {
    at: "?sync=up_to_date&trail=broken&lang=de",
    steps: async (page) => {
      await page.click("a[title=Protokoll]");
      await page.click(id("audit-verify"));
      await page.waitForSelector(id("audit-broken"));
    },
  },
  "audit-empty": { at: "?sync=up_to_date&trail=empty", steps: (page) => page.click("a[title=Audit]") },
  "audit-error": { at: "?sync=up_to_date&fail=audit_trail", steps: (page) => page.click("a[title=Audit]") },
  "audit-export": {
    at: "?sync=up_to_date&lang=de",
    steps: async (page) => {
      await page.click("a[title=Protokoll]");
      await page.click(id("trail-export"));
      await page.click(id("trail-export-run"));
      await page.waitForTimeout(200);
    },
  },
  "patient-access": { at: "?sync=up_to_date", steps: (page) => access(page) },
  "patient-access-de": { at: "?sync=up_to_date&lang=de", steps: (page) => access(page) },
  "patient-access-empty": { at: "?sync=up_to_date&trail=empty", steps: (page) => access(page) },
  machine: { at: "?", steps: (page) => menu(page, "Machine check") },
  about: { at: "?", steps: (page) => menu(page, "About") },
  palette: {
    at: "?",
    steps: async (page) => {
      await page.keyboard.press("Control+k");
      await page.fill(id("palette-input"), "me");
      await page.waitForTimeout(150);
    },
  },
  sheet: {
    at: "?",
    steps: async (page) => {
      await openPatient(page, "okonkwo");
      await page.keyboard.press("?");
    },
  },
  undo: {
    at: "?",
    steps: async (page) => {
      await openPatient(page, "okonkwo");
      await page.click(`${id("allergy-remove")} >> nth=0`);
      await page.keyboard.press("Enter");
      await page.waitForSelector(id("undo-button"));
      await page.waitForTimeout(400);
    },
  },
  usermenu: { at: "?", steps: (page) => page.click(id("user-menu")) },
  "german-chart": { at: "?lang=de", steps: (page) => openPatient(page, "okonkwo") },
  "german-wizard": { at: "?state=no_vault&lang=de" },
  "idle-warning": { at: "?idle=20", steps: (page) => page.mouse.move(200, 300) },
  "wizard-join": {
    at: "?state=no_vault",
    steps: async (page) => {
      await page.click(id("way-join"));
      await page.fill(id("join-code"), "wardkeep1qqq");
      await page.fill(id("join-device"), "Labor");
      await page.fill(id("join-name"), "Noor Haddad");
      await page.waitForTimeout(200);
    },
  },
  "join-to-waiting": {
    at: "?state=no_vault",
    steps: async (page) => {
      await page.click(id("way-join"));
      await page.fill(id("join-code"), `wardkeep1${"q9z8x7 ".repeat(20)}`);
      await page.fill(id("join-device"), "Labor");
      await page.fill(id("join-name"), "Noor Haddad");
      await page.fill(id("join-password"), "correct horse battery");
      await page.fill(id("join-password-again"), "correct horse battery");
      await page.waitForTimeout(300);
      await page.click(id("join-submit"));
      await page.waitForSelector(id("join-words"));
    },
  },
  "join-approved": { at: "?join=approved" },
  "join-refused": { at: "?join=refused" },
  "join-expired": { at: "?join=expired" },
  "join-failed": { at: "?join=failed&lang=de" },
  "sync-alone": { at: "?", steps: (page) => page.click(id("sync-line")) },
  "sync-attach-wrong": {
    at: "?",
    steps: async (page) => {
      await page.click(id("sync-line"));
      await page.fill(id("attach-server"), "a b");
      await page.fill(id("attach-token"), "used");
      await page.click(id("attach-submit"));
      await page.waitForTimeout(100);
    },
  },
  "sync-attach-refused": {
    at: "?lang=de",
    steps: async (page) => {
      await page.click(id("sync-line"));
      await page.fill(id("attach-server"), "sync.praxis.example");
      await page.fill(id("attach-pin"), "ab".repeat(32));
      await page.fill(id("attach-token"), "used");
      await page.fill(id("attach-device-name"), "Anmeldung links");
      await page.click(id("attach-submit"));
      await page.waitForTimeout(200);
    },
  },
  "sync-offline": { at: "?sync=offline&conflicts=1", steps: (page) => page.click(id("sync-line")) },
  "sync-first": { at: "?sync=first", steps: (page) => page.click(id("sync-line")) },
  "sync-alarm": { at: "?sync=alarm", steps: (page) => page.click(id("sync-line")) },
  "sync-revoked": { at: "?sync=revoked&lang=de", steps: (page) => page.click(id("sync-line")) },
  "sync-stale": { at: "?sync=stale&lang=de", steps: (page) => page.click(id("sync-line")) },
  devices: {
    at: "?sync=up_to_date&requests=1",
    steps: async (page) => {
      await page.keyboard.press("Alt+d");
      await page.click(id("invite-create"));
      await page.waitForSelector(id("invite-code"));
      await page.waitForSelector(id("device-row"));
    },
  },
  "devices-german": {
    at: "?sync=up_to_date&lang=de",
    steps: async (page) => {
      await page.keyboard.press("Alt+d");
      await page.waitForSelector(id("device-row"));
    },
  },
  "device-details": {
    at: "?sync=up_to_date",
    steps: async (page) => {
      await page.keyboard.press("Alt+d");
      await page.click(id("device-details"));
      await page.waitForSelector(id("device-report"));
    },
  },
  "device-details-german": {
    at: "?sync=up_to_date&lang=de",
    steps: async (page) => {
      await page.keyboard.press("Alt+d");
      await page.click(id("device-details"));
      await page.waitForSelector(id("device-report"));
    },
  },
  incidents: { at: "?sync=up_to_date", steps: (page) => menu(page, "Incidents") },
  incident: {
    at: "?sync=up_to_date",
    steps: async (page) => {
      await menu(page, "Incidents");
      await page.click(id("incident-open"));
      await page.waitForSelector(id("step-revoke"));
    },
  },
  "incident-german": {
    at: "?sync=up_to_date&lang=de",
    steps: async (page) => {
      await menu(page, "Vorfälle");
      await page.click(id("incident-open"));
      await page.waitForSelector(id("step-revoke"));
    },
  },
  keys: {
    at: "?sync=up_to_date",
    steps: async (page) => {
      await page.keyboard.press("Alt+k");
      await page.waitForSelector(id("key-row"));
    },
  },
  "keys-german": {
    at: "?sync=up_to_date&lang=de",
    steps: async (page) => {
      await page.keyboard.press("Alt+k");
      await page.waitForSelector(id("key-row"));
    },
  },
  "key-renew": {
    at: "?sync=up_to_date",
    steps: async (page) => {
      await page.keyboard.press("Alt+k");
      await page.click(id("key-renew-vault_office"));
      await page.waitForSelector(id("key-renew-confirm"));
    },
  },
  "key-renew-device": {
    at: "?sync=up_to_date",
    steps: async (page) => {
      await page.keyboard.press("Alt+k");
      await page.click(id("key-renew-device_key"));
      await page.waitForSelector(id("key-renew-confirm"));
    },
  },
  "devices-aside": {
    at: "?sync=up_to_date&aside=1",
    steps: async (page) => {
      await page.keyboard.press("Alt+d");
      await page.waitForSelector(id("aside-row"));
    },
  },
  "devices-aside-german": {
    at: "?sync=up_to_date&aside=1&lang=de",
    steps: async (page) => {
      await page.keyboard.press("Alt+d");
      await page.waitForSelector(id("aside-row"));
    },
  },
  "aside-show": {
    at: "?sync=up_to_date&aside=1",
    steps: async (page) => {
      await page.keyboard.press("Alt+d");
      await page.click(id("aside-show"));
      await page.waitForSelector(id("aside-change"));
    },
  },
  "aside-discard": {
    at: "?sync=up_to_date&aside=1",
    steps: async (page) => {
      await page.keyboard.press("Alt+d");
      await page.click(id("aside-discard"));
      await page.waitForSelector(id("aside-discard-confirm"));
    },
  },
  "devices-wiped": {
    at: "?sync=up_to_date&wipes=ordered,delivered,confirmed",
    steps: async (page) => {
      await page.keyboard.press("Alt+d");
      await page.waitForSelector(id("wipe-state"));
    },
  },
  "device-wipe": {
    at: "?sync=up_to_date",
    steps: async (page) => {
      await page.keyboard.press("Alt+d");
      await page.click(id("device-wipe"));
      await page.waitForSelector(id("wipe-confirm"));
    },
  },
  wiped: { at: "?wiped=over", steps: (page) => page.waitForSelector(id("wiped")) },
  "wiped-german": { at: "?wiped=under&lang=de", steps: (page) => page.waitForSelector(id("wiped")) },
  "device-approve": {
    at: "?sync=up_to_date&requests=1",
    steps: async (page) => {
      await page.keyboard.press("Alt+d");
      await page.click(id("join-approve"));
      await page.click(id("join-compared"));
    },
  },
  "device-refuse": {
    at: "?sync=up_to_date&requests=1",
    steps: async (page) => {
      await page.keyboard.press("Alt+d");
      await page.click(id("join-refuse"));
      await page.waitForSelector(id("join-refuse-confirm"));
    },
  },
  "device-revoke": {
    at: "?sync=up_to_date&lang=de",
    steps: async (page) => {
      await page.keyboard.press("Alt+d");
      await page.click(`${id("device-revoke")} >> nth=1`);
      await page.waitForSelector(id("device-revoke-confirm"));
    },
  },
  review: {
    at: "?sync=up_to_date&conflicts=1",
    steps: async (page) => {
      await page.click(id("review-link"));
      await page.waitForSelector(id("conflict"));
    },
  },
  "review-undo": {
    at: "?sync=up_to_date&conflicts=1&lang=de",
    steps: async (page) => {
      await page.keyboard.press("Alt+r");
      await page.waitForSelector(id("conflict"));
      await page.click(`${id("conflict-keep")} >> nth=0`);
      await page.waitForSelector(id("undo-button"));
      await page.waitForTimeout(300);
    },
  },
  "review-desk": {
    at: "?sync=up_to_date&conflicts=1&as=desk",
    steps: async (page) => {
      await page.keyboard.press("Alt+r");
      await page.waitForSelector(id("conflict"));
    },
  },
  "glass-closed": { at: "?", steps: (page) => openPatient(page, restricted) },
  "glass-dialog": {
    at: "?lang=de",
    steps: async (page) => {
      await openPatient(page, restricted);
      await page.click(id("glass-open"));
      await page.waitForSelector(id("glass-reason"));
    },
  },
  "glass-broken": {
    at: "?",
    steps: async (page) => {
      await openPatient(page, restricted);
      await page.click(id("glass-open"));
      await page.fill(id("glass-reason"), "Unconscious at the door.");
      await page.click(id("glass-submit"));
      await page.waitForSelector(id("glass-bar"));
      await page.waitForTimeout(300);
    },
  },
  "glass-told": { at: "?glass=told" },
  "glass-list": {
    at: "?glass=told&lang=de",
    steps: async (page) => {
      await page.click('[data-testid="glass-alert"] a');
      await page.waitForSelector(id("glass-row"));
    },
  },
  "glass-restrict": {
    at: "?",
    steps: async (page) => {
      await openPatient(page, "okonkwo");
      await page.click(id("tab-summary"));
      await page.click(id("restrict-open"));
      await page.waitForSelector(id("restrict-person"));
    },
  },
  "review-empty": { at: "?sync=up_to_date", steps: (page) => page.keyboard.press("Alt+r") },
  "chart-unsent": { at: "?sync=offline&conflicts=1", steps: (page) => openPatient(page, "okonkwo") },
};
