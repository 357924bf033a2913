import { useLingui } from "@lingui/react/macro";
import { UserRound } from "lucide-react";
import { useEffect, useState } from "react";
import { useAsk } from "../../bridge";
import css from "../../kit/banner.module.css";

/** The patient's photo as a blob of this page, let go as soon as it is not shown. */
export function Photo(props: { patient: string; has: boolean; large?: boolean }) {
  const { t } = useLingui();
  const photo = useAsk("patient_photo", { id: props.patient }, { enabled: props.has });
  const url = useBlobUrl(props.has ? (photo.data ?? null) : null);
  if (!url) {
    return props.large ? null : (
      <div className={css.photo}>
        <UserRound size={28} aria-hidden />
      </div>
    );
  }
  return <img className={props.large ? css.photoLarge : css.photo} src={url} alt={t`Face of the patient`} />;
}

function useBlobUrl(image: { media_type: string; base64: string } | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!image) {
      setUrl(null);
      return;
    }
    const bytes = Uint8Array.from(atob(image.base64), (letter) => letter.charCodeAt(0));
    const made = URL.createObjectURL(new Blob([bytes], { type: image.media_type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [image]);
  return url;
}
