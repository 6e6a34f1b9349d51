/** What WhatsApp takes of a file, by kind: tests/web hold this against what the server checks. */
import { locale, t } from "@comptoir/sdk";

export const LIMITS = {
  "image": { "types": ["image/jpeg", "image/png"], "converted": ["image/webp", "image/gif"], "size": 5242880 },
  "audio": { "types": ["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"], "converted": ["audio/wav", "audio/webm", "audio/opus"], "size": 16777216 },
  "video": { "types": ["video/mp4", "video/3gpp"], "converted": [], "size": 16777216 },
  "document": { "types": ["text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.openxmlformats-officedocument.presentationml.presentation"], "converted": [], "size": 104857600 }
};
/** Of what the server makes into something WhatsApp takes: bytes. */
export const LARGEST_CONVERTED = 67108864;
export const CAPTION = 1024;
/** Of a video that plays by itself in a template. */
export const LARGEST_GIF = 3670016;

const MB = 1024 * 1024; // as Meta counts its limits
const megabytes = (bytes) => new Intl.NumberFormat(locale === "ar" ? "ar-MA-u-nu-latn" : locale, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(bytes / MB);

/** The kind a file is sent as; undefined where its bytes have to tell. */
export function kindOfFile(file) {
  return Object.keys(LIMITS).find((kind) => [...LIMITS[kind].types, ...LIMITS[kind].converted].includes(bare(file)));
}

const bare = ({ type }) => type.split(";")[0].trim().toLowerCase();

export const takesCaption = (kind) => kind !== "audio";

/** Why WhatsApp would not take it, before a byte has left; "" where nothing speaks against it. */
export function faultOf(file) {
  const kind = kindOfFile(file);
  if (!file.size) return t("There is nothing in this file.");
  if (!kind) return bare(file) ? t("WhatsApp takes no files of this kind. Send a PDF, an Office document, a picture (JPEG, PNG), a video (MP4) or a recording.") : "";
  const { types, size } = LIMITS[kind];
  const remade = kind === "image" || !types.includes(bare(file));
  const most = remade ? LARGEST_CONVERTED : size;
  if (file.size <= most) return "";
  const told = { most: megabytes(most), size: megabytes(file.size) };
  return {
    image: () => t("Pictures may have {most} here, and this one has {size}. Make it smaller.", told),
    video: () => t("WhatsApp takes videos of at most {most}, and this one has {size}. Make it shorter or smaller.", told),
    audio: () => t("WhatsApp takes recordings of at most {most}, and this one has {size}. Make it shorter.", told),
    document: () => t("WhatsApp takes documents of at most {most}, and this one has {size}. Split it, or send a link to it.", told),
  }[kind]();
}

/** What WhatsApp takes of a kind, before anything is chosen. */
export function takenOf(kind) {
  const most = megabytes(kind === "gif" ? LARGEST_GIF : kind === "image" ? LARGEST_CONVERTED : LIMITS[kind].size);
  return {
    image: () => t("A picture (JPEG, PNG or WebP) of at most {most}.", { most }),
    video: () => t("A video (MP4) of at most {most}.", { most }),
    gif: () => t("A video (MP4) of at most {most}.", { most }),
    document: () => t("A PDF, an Office document or a text of at most {most}.", { most }),
  }[kind]();
}
