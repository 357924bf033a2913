import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { type CommandError, call, type Document, toCommandError } from "../../bridge";
import { Dialog } from "../../kit/Dialog";
import css from "../../kit/documents.module.css";
import { ErrorNotice, Loading } from "../../kit/Notes";
import { showSize, viewOf } from "../../kit/words/documents";

/** How much of a text is shown; the whole of it can be saved. */
const TEXT_LIMIT = 512 * 1024;

type Content =
  | { at: "loading"; done: number }
  | { at: "shown"; bytes: Uint8Array<ArrayBuffer> }
  | { at: "failed"; error: CommandError };

/** A document's content, fetched chunk by chunk into this page and let go with it. Nothing readable is written anywhere. */
export function ViewDocument(props: { document: Document; onClose: () => void }) {
  const { i18n } = useLingui();
  const { document } = props;
  const content = useContent(document);
  return (
    <Dialog opened onClose={props.onClose} title={document.title} size={1100}>
      <div data-testid="document-content">
        {content.at === "loading" ? (
          <>
            <Loading />
            <p>
              <Trans>
                {showSize(content.done, i18n.locale)} of {showSize(document.size, i18n.locale)}
              </Trans>
            </p>
          </>
        ) : content.at === "failed" ? (
          <ErrorNotice error={content.error} />
        ) : viewOf(document.media_type) === "text" ? (
          <Text bytes={content.bytes} />
        ) : (
          <Picture bytes={content.bytes} mediaType={document.media_type} title={document.title} />
        )}
      </div>
    </Dialog>
  );
}

function useContent(document: Document): Content {
  const [content, setContent] = useState<Content>({ at: "loading", done: 0 });
  const { id, size } = document;
  useEffect(() => {
    let gone = false;
    const fetchAll = async () => {
      const bytes = new Uint8Array(size);
      let done = 0;
      for (let chunk = 0; !gone; chunk += 1) {
        const part = await call("document_read", { id, chunk });
        const some = Uint8Array.from(atob(part.base64), (letter) => letter.charCodeAt(0));
        bytes.set(some, done);
        done += some.length;
        if (gone) return;
        if (part.last) {
          setContent({ at: "shown", bytes });
          return;
        }
        setContent({ at: "loading", done });
      }
    };
    fetchAll().catch((thrown: unknown) => {
      if (!gone) setContent({ at: "failed", error: toCommandError(thrown) });
    });
    return () => {
      gone = true;
    };
  }, [id, size]);
  return content;
}

function Text(props: { bytes: Uint8Array<ArrayBuffer> }) {
  const { t } = useLingui();
  const cut = props.bytes.length > TEXT_LIMIT;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={css.text} tabIndex={0} aria-label={t`Text of the document`}>
        <pre dir="auto">{new TextDecoder().decode(props.bytes.subarray(0, TEXT_LIMIT))}</pre>
      </section>
      {cut ? (
        <p>
          <Trans>This is the beginning. Save a copy to read all of it.</Trans>
        </p>
      ) : null}
    </>
  );
}

function Picture(props: { bytes: Uint8Array<ArrayBuffer>; mediaType: string; title: string }) {
  const [url, setUrl] = useState<string | null>(null);
  const { bytes, mediaType } = props;
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type: mediaType }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, mediaType]);
  return url ? <img className={css.picture} src={url} alt={props.title} /> : null;
}
