/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as account from "../account.js";
import type * as ai_configuration from "../ai/configuration.js";
import type * as ai_hallucinatedPhrases from "../ai/hallucinatedPhrases.js";
import type * as ai_hallucinations from "../ai/hallucinations.js";
import type * as ai_languages from "../ai/languages.js";
import type * as ai_model_answers from "../ai/model/answers.js";
import type * as ai_model_chat from "../ai/model/chat.js";
import type * as ai_model_grounding from "../ai/model/grounding.js";
import type * as ai_model_mergeWriter from "../ai/model/mergeWriter.js";
import type * as ai_model_tokens from "../ai/model/tokens.js";
import type * as ai_model_windowAnswer from "../ai/model/windowAnswer.js";
import type * as ai_model_windowWriter from "../ai/model/windowWriter.js";
import type * as ai_model_writer from "../ai/model/writer.js";
import type * as ai_notesWriter from "../ai/notesWriter.js";
import type * as ai_offline_announcement from "../ai/offline/announcement.js";
import type * as ai_offline_clauses from "../ai/offline/clauses.js";
import type * as ai_offline_definitions from "../ai/offline/definitions.js";
import type * as ai_offline_definitionsOverTwo from "../ai/offline/definitionsOverTwo.js";
import type * as ai_offline_headings from "../ai/offline/headings.js";
import type * as ai_offline_keyphrases from "../ai/offline/keyphrases.js";
import type * as ai_offline_merge from "../ai/offline/merge.js";
import type * as ai_offline_opening from "../ai/offline/opening.js";
import type * as ai_offline_outline from "../ai/offline/outline.js";
import type * as ai_offline_points from "../ai/offline/points.js";
import type * as ai_offline_selection from "../ai/offline/selection.js";
import type * as ai_offline_sentenceValue from "../ai/offline/sentenceValue.js";
import type * as ai_offline_stopwords from "../ai/offline/stopwords.js";
import type * as ai_offline_terminology from "../ai/offline/terminology.js";
import type * as ai_offline_terms from "../ai/offline/terms.js";
import type * as ai_offline_topics from "../ai/offline/topics.js";
import type * as ai_offline_writer from "../ai/offline/writer.js";
import type * as ai_openaiCall from "../ai/openaiCall.js";
import type * as ai_prices from "../ai/prices.js";
import type * as ai_prompts_form from "../ai/prompts/form.js";
import type * as ai_prompts_merge from "../ai/prompts/merge.js";
import type * as ai_prompts_quoting from "../ai/prompts/quoting.js";
import type * as ai_prompts_version from "../ai/prompts/version.js";
import type * as ai_prompts_window from "../ai/prompts/window.js";
import type * as ai_providerErrors from "../ai/providerErrors.js";
import type * as ai_stitching from "../ai/stitching.js";
import type * as ai_timeouts from "../ai/timeouts.js";
import type * as ai_transcriber from "../ai/transcriber.js";
import type * as ai_transcriptionAnswer from "../ai/transcriptionAnswer.js";
import type * as ai_types from "../ai/types.js";
import type * as ai_validators from "../ai/validators.js";
import type * as ai_windows from "../ai/windows.js";
import type * as auth from "../auth.js";
import type * as crons from "../crons.js";
import type * as http from "../http.js";
import type * as jobs from "../jobs.js";
import type * as lectures from "../lectures.js";
import type * as model_access from "../model/access.js";
import type * as model_accountRemoval from "../model/accountRemoval.js";
import type * as model_backoff from "../model/backoff.js";
import type * as model_chunkOutcome from "../model/chunkOutcome.js";
import type * as model_chunkState from "../model/chunkState.js";
import type * as model_circuit from "../model/circuit.js";
import type * as model_contiguity from "../model/contiguity.js";
import type * as model_editPath from "../model/editPath.js";
import type * as model_environment from "../model/environment.js";
import type * as model_events from "../model/events.js";
import type * as model_goOn from "../model/goOn.js";
import type * as model_inspect from "../model/inspect.js";
import type * as model_intake from "../model/intake.js";
import type * as model_jobControl from "../model/jobControl.js";
import type * as model_jobState from "../model/jobState.js";
import type * as model_keepEdits from "../model/keepEdits.js";
import type * as model_leases from "../model/leases.js";
import type * as model_lectures from "../model/lectures.js";
import type * as model_missingMinutes from "../model/missingMinutes.js";
import type * as model_notesVersions from "../model/notesVersions.js";
import type * as model_progress from "../model/progress.js";
import type * as model_refusal from "../model/refusal.js";
import type * as model_resumeJob from "../model/resumeJob.js";
import type * as model_search from "../model/search.js";
import type * as model_secrets from "../model/secrets.js";
import type * as model_settings from "../model/settings.js";
import type * as model_slots from "../model/slots.js";
import type * as model_textIntake from "../model/textIntake.js";
import type * as model_transfers from "../model/transfers.js";
import type * as model_usage from "../model/usage.js";
import type * as model_validators from "../model/validators.js";
import type * as model_wake from "../model/wake.js";
import type * as model_writing from "../model/writing.js";
import type * as model_writingOutcome from "../model/writingOutcome.js";
import type * as notes from "../notes.js";
import type * as pipeline_claimChunk from "../pipeline/claimChunk.js";
import type * as pipeline_claimWriting from "../pipeline/claimWriting.js";
import type * as pipeline_dispatch from "../pipeline/dispatch.js";
import type * as pipeline_failureOf from "../pipeline/failureOf.js";
import type * as pipeline_remove from "../pipeline/remove.js";
import type * as pipeline_requeue from "../pipeline/requeue.js";
import type * as pipeline_resume from "../pipeline/resume.js";
import type * as pipeline_sweep from "../pipeline/sweep.js";
import type * as pipeline_transcribe from "../pipeline/transcribe.js";
import type * as pipeline_transfer from "../pipeline/transfer.js";
import type * as pipeline_waited from "../pipeline/waited.js";
import type * as pipeline_watch from "../pipeline/watch.js";
import type * as pipeline_watching from "../pipeline/watching.js";
import type * as pipeline_write from "../pipeline/write.js";
import type * as pipeline_writingInput from "../pipeline/writingInput.js";
import type * as shares from "../shares.js";
import type * as transcripts from "../transcripts.js";
import type * as uploads from "../uploads.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  account: typeof account;
  "ai/configuration": typeof ai_configuration;
  "ai/hallucinatedPhrases": typeof ai_hallucinatedPhrases;
  "ai/hallucinations": typeof ai_hallucinations;
  "ai/languages": typeof ai_languages;
  "ai/model/answers": typeof ai_model_answers;
  "ai/model/chat": typeof ai_model_chat;
  "ai/model/grounding": typeof ai_model_grounding;
  "ai/model/mergeWriter": typeof ai_model_mergeWriter;
  "ai/model/tokens": typeof ai_model_tokens;
  "ai/model/windowAnswer": typeof ai_model_windowAnswer;
  "ai/model/windowWriter": typeof ai_model_windowWriter;
  "ai/model/writer": typeof ai_model_writer;
  "ai/notesWriter": typeof ai_notesWriter;
  "ai/offline/announcement": typeof ai_offline_announcement;
  "ai/offline/clauses": typeof ai_offline_clauses;
  "ai/offline/definitions": typeof ai_offline_definitions;
  "ai/offline/definitionsOverTwo": typeof ai_offline_definitionsOverTwo;
  "ai/offline/headings": typeof ai_offline_headings;
  "ai/offline/keyphrases": typeof ai_offline_keyphrases;
  "ai/offline/merge": typeof ai_offline_merge;
  "ai/offline/opening": typeof ai_offline_opening;
  "ai/offline/outline": typeof ai_offline_outline;
  "ai/offline/points": typeof ai_offline_points;
  "ai/offline/selection": typeof ai_offline_selection;
  "ai/offline/sentenceValue": typeof ai_offline_sentenceValue;
  "ai/offline/stopwords": typeof ai_offline_stopwords;
  "ai/offline/terminology": typeof ai_offline_terminology;
  "ai/offline/terms": typeof ai_offline_terms;
  "ai/offline/topics": typeof ai_offline_topics;
  "ai/offline/writer": typeof ai_offline_writer;
  "ai/openaiCall": typeof ai_openaiCall;
  "ai/prices": typeof ai_prices;
  "ai/prompts/form": typeof ai_prompts_form;
  "ai/prompts/merge": typeof ai_prompts_merge;
  "ai/prompts/quoting": typeof ai_prompts_quoting;
  "ai/prompts/version": typeof ai_prompts_version;
  "ai/prompts/window": typeof ai_prompts_window;
  "ai/providerErrors": typeof ai_providerErrors;
  "ai/stitching": typeof ai_stitching;
  "ai/timeouts": typeof ai_timeouts;
  "ai/transcriber": typeof ai_transcriber;
  "ai/transcriptionAnswer": typeof ai_transcriptionAnswer;
  "ai/types": typeof ai_types;
  "ai/validators": typeof ai_validators;
  "ai/windows": typeof ai_windows;
  auth: typeof auth;
  crons: typeof crons;
  http: typeof http;
  jobs: typeof jobs;
  lectures: typeof lectures;
  "model/access": typeof model_access;
  "model/accountRemoval": typeof model_accountRemoval;
  "model/backoff": typeof model_backoff;
  "model/chunkOutcome": typeof model_chunkOutcome;
  "model/chunkState": typeof model_chunkState;
  "model/circuit": typeof model_circuit;
  "model/contiguity": typeof model_contiguity;
  "model/editPath": typeof model_editPath;
  "model/environment": typeof model_environment;
  "model/events": typeof model_events;
  "model/goOn": typeof model_goOn;
  "model/inspect": typeof model_inspect;
  "model/intake": typeof model_intake;
  "model/jobControl": typeof model_jobControl;
  "model/jobState": typeof model_jobState;
  "model/keepEdits": typeof model_keepEdits;
  "model/leases": typeof model_leases;
  "model/lectures": typeof model_lectures;
  "model/missingMinutes": typeof model_missingMinutes;
  "model/notesVersions": typeof model_notesVersions;
  "model/progress": typeof model_progress;
  "model/refusal": typeof model_refusal;
  "model/resumeJob": typeof model_resumeJob;
  "model/search": typeof model_search;
  "model/secrets": typeof model_secrets;
  "model/settings": typeof model_settings;
  "model/slots": typeof model_slots;
  "model/textIntake": typeof model_textIntake;
  "model/transfers": typeof model_transfers;
  "model/usage": typeof model_usage;
  "model/validators": typeof model_validators;
  "model/wake": typeof model_wake;
  "model/writing": typeof model_writing;
  "model/writingOutcome": typeof model_writingOutcome;
  notes: typeof notes;
  "pipeline/claimChunk": typeof pipeline_claimChunk;
  "pipeline/claimWriting": typeof pipeline_claimWriting;
  "pipeline/dispatch": typeof pipeline_dispatch;
  "pipeline/failureOf": typeof pipeline_failureOf;
  "pipeline/remove": typeof pipeline_remove;
  "pipeline/requeue": typeof pipeline_requeue;
  "pipeline/resume": typeof pipeline_resume;
  "pipeline/sweep": typeof pipeline_sweep;
  "pipeline/transcribe": typeof pipeline_transcribe;
  "pipeline/transfer": typeof pipeline_transfer;
  "pipeline/waited": typeof pipeline_waited;
  "pipeline/watch": typeof pipeline_watch;
  "pipeline/watching": typeof pipeline_watching;
  "pipeline/write": typeof pipeline_write;
  "pipeline/writingInput": typeof pipeline_writingInput;
  shares: typeof shares;
  transcripts: typeof transcripts;
  uploads: typeof uploads;
}>;

/**
 * A utility for referencing Convex functions in your app's public API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;

/**
 * A utility for referencing Convex functions in your app's internal API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = internal.myModule.myFunction;
 * ```
 */
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;

export declare const components: {};
