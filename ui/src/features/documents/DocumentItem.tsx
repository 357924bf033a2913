import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Menu } from "@mantine/core";
import { Download, Eye, Trash2 } from "lucide-react";
import type { Document } from "../../bridge";
import css from "../../kit/block.module.css";
import { showDate, showInstant } from "../../kit/dates";
import { Row } from "../../kit/Layout";
import { Chip } from "../../kit/Notes";
import { useRights } from "../../kit/session";
import { DOCUMENT_KIND_WORDS, isHere, placeWords, showSize, viewOf } from "../../kit/words/documents";
import { COMPARTMENT_WORDS } from "../../kit/words/sync";

/** One document of the list. */
export function DocumentItem(props: {
  document: Document;
  onView: () => void;
  onRemove: (reason: string) => void;
  onSave: () => void;
}) {
  const { t, i18n } = useLingui();
  const rights = useRights();
  const { document } = props;
  const place = placeWords(document.file, i18n.locale);
  const here = isHere(document);
  const mayChange = rights.write && (document.compartment === "office" || rights.chart);
  const maySave = document.compartment === "office" ? rights.write : rights.export;
  const reasons = [
    { id: "entered in error", title: t`Added by mistake` },
    { id: "wrong patient", title: t`Belongs to another patient` },
    { id: "superseded", title: t`Replaced by another one` },
  ];
  const date = showDate(document.date, i18n.locale);
  const added = showInstant(document.added_ms, i18n.locale);
  return (
    <li data-testid="document">
      <span className={css.what}>
        <bdi>{document.title}</bdi> <Chip tone="plain">{t(DOCUMENT_KIND_WORDS[document.kind])}</Chip>{" "}
        {place ? (
          <Chip tone={document.file.place === "damaged" || document.file.place === "missing" ? "warn" : "plain"}>
            {t(place)}
          </Chip>
        ) : null}
      </span>
      <Row>
        {viewOf(document.media_type) ? (
          <Button
            variant="default"
            leftSection={<Eye size={14} aria-hidden />}
            disabled={!here}
            onClick={props.onView}
            aria-label={t`Show ${document.title}`}
            data-testid="document-view"
          >
            <Trans>Show</Trans>
          </Button>
        ) : null}
        {maySave ? (
          <ActionIcon
            size={24}
            color="gray"
            disabled={!here}
            onClick={props.onSave}
            aria-label={t`Save a copy of ${document.title}`}
            title={t`Save a copy`}
            data-testid="document-save"
          >
            <Download size={14} aria-hidden />
          </ActionIcon>
        ) : null}
        {mayChange ? (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon size={24} color="gray" aria-label={t`Remove ${document.title}`} data-testid="document-remove">
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
        ) : null}
      </Row>
      <span className={css.detail}>
        {date ? <>{date} · </> : null}
        {t(COMPARTMENT_WORDS[document.compartment])} · {showSize(document.size, i18n.locale)} ·{" "}
        <Trans>
          added {added} by <bdi>{document.author}</bdi>
        </Trans>
      </span>
    </li>
  );
}
