import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Menu } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { type Allergy, type AllergyBlock, type CommandError, call, toCommandError, useAsk } from "../../bridge";
import { Block } from "../../kit/Block";
import css from "../../kit/block.module.css";
import { Row, Stack } from "../../kit/Layout";
import { Chip, ErrorNotice } from "../../kit/Notes";
import { offerUndo } from "../../kit/undo";
import { ALLERGY_STATE_WORDS, CRITICALITY_WORDS } from "../../kit/words/allergies";
import { AllergyForm } from "./AllergyForm";

/** Allergies: read, added, removed with undo. */
export function Allergies(props: { patient: string }) {
  const { t } = useLingui();
  const { patient } = props;
  const answers = useQueryClient();
  const block = useAsk("chart_allergies", { patient });
  const [adding, setAdding] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);

  const take = (next: AllergyBlock) => answers.setQueryData(["chart_allergies", { patient }], next);
  const run = (work: Promise<AllergyBlock>): Promise<boolean> =>
    work.then(
      (next) => {
        setError(null);
        take(next);
        return true;
      },
      (thrown: unknown) => {
        setError(toCommandError(thrown));
        return false;
      },
    );
  const remove = async (allergy: Allergy, reason: string) => {
    if (!(await run(call("allergy_remove", { patient, id: allergy.id, reason })))) return;
    offerUndo({ done: t`Allergy to ${allergy.substance.text} removed`, undo: t`Undo` }, () => {
      void run(call("allergy_restore", { patient, id: allergy.id }));
    });
  };

  return (
    <Block
      title={<Trans>Allergies</Trans>}
      ask={block}
      count={(data) => (data.state === "known" ? data.active.length : 0)}
      isEmpty={() => false}
      empty={null}
      testId="chart-allergies"
      actions={
        <Button
          variant="subtle"
          leftSection={<Plus size={16} aria-hidden />}
          onClick={() => setAdding(true)}
          disabled={adding || !block.data}
          data-testid="allergy-add"
        >
          <Trans>Add</Trans>
        </Button>
      }
    >
      {(data) => (
        <Stack>
          {data.active.length > 0 ? null : (
            <Row spread>
              <span>{t(ALLERGY_STATE_WORDS[data.state])}</span>
              {data.state === "not_recorded" ? (
                <Button
                  variant="default"
                  onClick={() => void run(call("allergy_none_known", { patient }))}
                  data-testid="allergy-none-known"
                >
                  <Trans>Asked: no known allergies</Trans>
                </Button>
              ) : null}
            </Row>
          )}
          {data.active.length > 0 ? (
            <ul className={css.list}>
              {data.active.map((allergy) => (
                <AllergyItem key={allergy.id} allergy={allergy} onRemove={(reason) => void remove(allergy, reason)} />
              ))}
            </ul>
          ) : null}
          {data.inactive.length > 0 ? <Inactive allergies={data.inactive} /> : null}
          {error ? <ErrorNotice error={error} /> : null}
          {adding ? (
            <AllergyForm
              onSave={async (draft) => {
                if (await run(call("allergy_add", { patient, draft }))) setAdding(false);
              }}
              onCancel={() => setAdding(false)}
            />
          ) : null}
        </Stack>
      )}
    </Block>
  );
}

function AllergyItem(props: { allergy: Allergy; onRemove: (reason: string) => void }) {
  const { t } = useLingui();
  const { allergy } = props;
  const detail = [allergy.reactions.join(", "), allergy.severity, allergy.verification].filter(Boolean).join(" · ");
  const reasons = [
    { id: "entered in error", title: t`Entered in error` },
    { id: "refuted", title: t`Tested: not allergic` },
    { id: "resolved", title: t`No longer allergic` },
  ];
  return (
    <li>
      <span className={css.what}>
        <bdi>{allergy.substance.text || t`unnamed`}</bdi>{" "}
        {allergy.criticality ? (
          <Chip tone={allergy.criticality === "high" ? "danger" : "plain"}>
            {t(CRITICALITY_WORDS[allergy.criticality])}
          </Chip>
        ) : null}{" "}
        {allergy.flagged ? (
          <Chip tone="warn">
            <Trans>removed and changed at once: check</Trans>
          </Chip>
        ) : null}
      </span>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon
            size={24}
            color="gray"
            aria-label={t`Remove ${allergy.substance.text}`}
            data-testid="allergy-remove"
          >
            <Trash2 size={14} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            <Trans>Remove, because</Trans>
          </Menu.Label>
          {reasons.map((reason) => (
            <Menu.Item key={reason.id} onClick={() => props.onRemove(reason.id)}>
              {reason.title}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {detail ? <span className={css.detail}>{detail}</span> : null}
    </li>
  );
}

function Inactive(props: { allergies: readonly Allergy[] }) {
  const [open, setOpen] = useState(false);
  const count = props.allergies.length;
  return (
    <div>
      <button type="button" className={css.more} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Trans>{count} no longer active</Trans>
      </button>
      {open ? (
        <ul className={css.list}>
          {props.allergies.map((allergy) => (
            <li key={allergy.id}>
              <span>
                <bdi>{allergy.substance.text}</bdi>
              </span>
              <span className={css.when}>{allergy.clinical_status ?? allergy.verification}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
