/** Where an embedded page stands. */
import { t } from "@comptoir/sdk";

export const slots = () => [["conversation.detail", t("Beside a conversation")], ["contact.detail", t("On a contact's page")]];
export const slotWords = (slot) => slots().find(([key]) => key === slot)?.[1] ?? slot;
