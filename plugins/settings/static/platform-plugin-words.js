/** The words of plugins' states, doors and troubles, and what cures them. */
import { t } from "@comptoir/sdk";

export const states = () => ({
  loaded: ["ok", t("Running"), "check"], incompatible: ["warn", t("Incompatible"), "triangle-alert"], missing: ["warn", t("Something is missing"), "triangle-alert"],
  broken: ["bad", t("Broken"), "circle-alert"], resting: ["warn", t("Resting"), "pause"],
});

export const cures = () => ({
  incompatible: t("Install a version of the plugin that works with this SDK, or update Comptoir, and restart."),
  missing: t("Install the package that is named, add it under plugins: in config.yaml, and restart; or take this one out."),
  broken: t("The rest of the house works without it. Send the traceback to its author; once it is mended, install it, run the migrations and restart."),
  resting: t("It failed five times in a row and is left alone; then one call tries it. If you have mended the cause, end the rest."),
});

export const doors = () => ({
  filters: t("Checks of outgoing messages"), jobs: t("Jobs"), observers: t("Observers"), providers: t("Facts and suggestions"),
  commands: t("The operator's commands"), offered: t("Hooks that other plugins ask"), people: t("Data of a person"), routes: t("Pages and routes"),
});

export const kinds = () => ({
  raised: t("Raised an error"), late: t("Took too long"), blocked: t("Held the event loop"), leaked: t("Left tasks running"), memory: t("Wanted too much memory"),
  load: t("Could not start"), migration: t("Its migration failed"), browser: t("Failed in a browser"),
});

export const remedies = () => ({
  blocked: t("Blocking code belongs into a job, in asyncio.to_thread. With isolate: true in config.yaml its jobs run in a process of their own."),
  leaked: t("What must go on after the call belongs into a job."), memory: t("With isolate: true and memory_mb in config.yaml it has a process and a limit of its own."),
  late: t("See where it waited; what takes longer belongs into a job."), migration: t("It was rolled back. Mend it, and run comptoir migrate."),
});
