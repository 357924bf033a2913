import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { call, type PatientDetail, toCommandError, useAsk } from "../../bridge";
import css from "../../kit/banner.module.css";
import { Page, Stack } from "../../kit/Layout";
import { ErrorNotice, Loading, Notice } from "../../kit/Notes";
import { bannerName } from "../../kit/names";
import { useRights } from "../../kit/session";
import { offerUndo, say } from "../../kit/undo";
import { useCommands } from "../../kit/useCommands";
import { isClosed, useGlass } from "../../kit/useGlass";
import { errorWords } from "../../kit/words/errors";
import { Access } from "./Access";
import { Banner } from "./Banner";
import { History } from "./History";
import { Summary } from "./Summary";
import { useRenewed } from "./useRenewed";

type Tab = "chart" | "notes" | "documents" | "summary" | "history" | "access";

/** One patient. The chart and the notes are features of their own and come in as parts. */
export function PatientPage(props: {
  id: string;
  via: "search" | "recent" | "link" | "register";
  chart: ReactNode;
  notes: ReactNode;
  documents: ReactNode;
  /** In the place of a chart that is closed to this person. */
  closed: (patient: PatientDetail) => ReactNode;
  /** Who opens the chart, and the way to say it. */
  restrict: (patient: PatientDetail, onDone: (patient: PatientDetail) => void) => ReactNode;
  /** There is one patient more or less now. */
  onCount: () => void;
}) {
  const { id } = props;
  const rights = useRights();
  const navigate = useNavigate();
  const answers = useQueryClient();
  const [tab, setTab] = useState<Tab>(rights.chart ? "chart" : "summary");
  // Opening is audited: it is asked once for this visit, not again when the window comes back.
  const patient = useAsk("patient_open", { id, via: props.via }, { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 });
  useRenewed(patient.data?.row, () => void patient.refetch());
  const mine = useGlass();
  const { t } = useLingui();
  const edit = () => void navigate(`/patient/${id}/edit`);
  const banner = useRef<HTMLElement>(null);
  const height = useHeight(banner, patient.data);
  // Another part of the record begins at its top, not where the last one was left.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when another part is shown
  useLayoutEffect(() => banner.current?.closest("main")?.scrollTo(0, 0), [tab]);

  const fail = (thrown: unknown) => say(t(errorWords(toCommandError(thrown)).title));
  const restore = () =>
    call("patient_restore", { id }).then((detail) => {
      answers.setQueryData(["patient_open", { id, via: props.via }], detail);
      void answers.invalidateQueries({ queryKey: ["patient_search"] });
      say(t`The patient is back`);
    }, fail);
  const remove = (reason: string) =>
    call("patient_remove", { id, reason }).then(() => {
      void answers.invalidateQueries({ queryKey: ["patient_recent"] });
      void answers.invalidateQueries({ queryKey: ["patient_search"] });
      answers.removeQueries({ queryKey: ["patient_open"] });
      props.onCount();
      offerUndo({ done: t`The patient was removed`, undo: t`Undo` }, () => {
        void restore().then(() => navigate(`/patient/${id}`, { state: { via: "link" } }));
      });
      void navigate("/");
    }, fail);

  useCommands([
    ...(rights.write
      ? [{ id: "patient.edit", title: msg`Edit the patient`, keys: "alt+e", section: "patient" as const, run: edit }]
      : []),
    { id: "patient.chart", title: msg`Chart`, keys: "alt+1", section: "patient", run: () => setTab("chart") },
    { id: "patient.notes", title: msg`Notes`, keys: "alt+2", section: "patient", run: () => setTab("notes") },
    {
      id: "patient.documents",
      title: msg`Documents`,
      keys: "alt+5",
      section: "patient",
      run: () => setTab("documents"),
    },
    { id: "patient.summary", title: msg`Details`, keys: "alt+3", section: "patient", run: () => setTab("summary") },
    { id: "patient.history", title: msg`History`, keys: "alt+4", section: "patient", run: () => setTab("history") },
    ...(rights.admin
      ? [
          {
            id: "patient.access",
            title: msg`Who looked at this patient`,
            keys: "alt+6",
            section: "patient" as const,
            run: () => setTab("access"),
          },
        ]
      : []),
  ]);

  if (patient.isPending) {
    return (
      <Page title={<Trans>Patient</Trans>}>
        <Loading lines={3} />
      </Page>
    );
  }
  if (patient.error) {
    return (
      <Page title={<Trans>Patient</Trans>} narrow>
        <ErrorNotice error={patient.error} onRetry={() => void patient.refetch()} />
      </Page>
    );
  }
  const detail = patient.data;
  const closed = rights.chart && isClosed(detail, mine);
  const restricted = (now: PatientDetail) => {
    answers.setQueryData(["patient_open", { id, via: props.via }], now);
    void answers.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "patient_open" });
  };
  return (
    <>
      <Banner patient={detail} {...(rights.write ? { onEdit: edit } : {})} bannerRef={banner} heading />
      <Tabs tab={tab} onTab={setTab} top={height} access={rights.admin} />
      <div className={css.body} id="patient-panel" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {detail.row.removed ? (
          <Notice
            tone="warn"
            title={<Trans>This patient was removed</Trans>}
            actions={
              rights.write ? (
                <Button variant="default" onClick={() => void restore()}>
                  <Trans>Bring back</Trans>
                </Button>
              ) : null
            }
          />
        ) : null}
        {closed && tab !== "summary" && tab !== "access" ? props.closed(detail) : null}
        {tab === "chart" && !closed ? props.chart : null}
        {tab === "notes" && !closed ? props.notes : null}
        {tab === "documents" ? props.documents : null}
        {tab === "summary" ? (
          <Stack>
            {props.restrict(detail, restricted)}
            <Summary patient={detail} {...(rights.write ? { onRemove: remove } : {})} />
          </Stack>
        ) : null}
        {tab === "history" ? <History patient={id} /> : null}
        {tab === "access" && rights.admin ? <Access patient={id} name={bannerName(detail.row)} /> : null}
      </div>
    </>
  );
}

function Tabs(props: { tab: Tab; onTab: (tab: Tab) => void; top: number; access: boolean }) {
  const { t } = useLingui();
  const tabs: readonly { id: Tab; title: string }[] = [
    { id: "chart", title: t`Chart` },
    { id: "notes", title: t`Notes` },
    { id: "documents", title: t`Documents` },
    { id: "summary", title: t`Details` },
    { id: "history", title: t`History` },
    ...(props.access ? [{ id: "access" as const, title: t`Who looked` }] : []),
  ];
  const list = useRef<HTMLDivElement>(null);
  const keys = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0 || event.altKey) return;
    event.preventDefault();
    const index = tabs.findIndex((tab) => tab.id === props.tab);
    const next = tabs[(index + step + tabs.length) % tabs.length];
    if (!next) return;
    props.onTab(next.id);
    list.current?.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return (
    <div ref={list} className={css.tabs} style={{ top: props.top }} role="tablist" aria-label={t`Parts of the record`}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          id={`tab-${tab.id}`}
          aria-selected={tab.id === props.tab}
          aria-controls="patient-panel"
          tabIndex={tab.id === props.tab ? 0 : -1}
          data-testid={`tab-${tab.id}`}
          onClick={() => props.onTab(tab.id)}
          onKeyDown={keys}
        >
          {tab.title}
        </button>
      ))}
    </div>
  );
}

/** The banner's height, below which the tabs stay. */
function useHeight(element: React.RefObject<HTMLElement | null>, shown: PatientDetail | undefined): number {
  const [height, setHeight] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the banner exists only once the patient is there
  useLayoutEffect(() => {
    const banner = element.current;
    if (!banner) return;
    const watcher = new ResizeObserver(() => setHeight(banner.offsetHeight));
    watcher.observe(banner);
    return () => watcher.disconnect();
  }, [element, shown]);
  return height;
}
