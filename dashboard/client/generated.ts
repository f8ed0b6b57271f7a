/**
 * Ringleader
 * 1
 * DO NOT MODIFY - This file has been generated using oazapfts.
 * See https://www.npmjs.com/package/oazapfts
 */
import * as Oazapfts from "@oazapfts/runtime";
import * as QS from "@oazapfts/runtime/query";
export const defaults: Oazapfts.Defaults<Oazapfts.CustomHeaders> = {
    headers: {},
    baseUrl: "/"
};
const oazapfts = Oazapfts.runtime(defaults);
export const servers = {};
export type Health = {
    status: "ok";
};
export type Ready = {
    database: string;
    temporal: string;
    provider: string;
    clock: string;
};
export type SignIn = {
    key: string;
};
export type ApiRole = "viewer" | "operator" | "admin";
export type SignedIn = {
    role: ApiRole;
    expiresAt: string;
};
export type Problem = {
    "type": string;
    title: string;
    status: number;
    detail: string;
    errors?: {
        path: string;
        message: string;
    }[];
};
export type Me = {
    keyId: string;
    /** The key's name */
    name: string;
    role: ApiRole;
    /** IANA zone in which the workspace counts its days */
    timeZone: string;
    /** Calls at once, over all campaigns */
    lines: number;
    /** No phone rings: the voice provider is not the real one */
    simulated: boolean;
    /** Whether texts can be sent */
    texting: boolean;
    /** Temporal's Web UI, where its address is configured */
    temporal: {
        webUrl: string;
        "namespace": string;
    } | null;
};
export type ApiKey = {
    id: string;
    name: string;
    role: ApiRole;
    /** The one that the variable RINGLEADER_API_KEY holds */
    seeded: boolean;
    createdAt: string;
};
export type ApiKeyPage = {
    items: ApiKey[];
    nextCursor: string | null;
};
export type ApiKeyCreate = {
    name: string;
    role: ApiRole;
};
export type ApiKeyCreated = {
    id: string;
    name: string;
    role: ApiRole;
    /** The one that the variable RINGLEADER_API_KEY holds */
    seeded: boolean;
    createdAt: string;
    /** Shown this once; null when the request is repeated under its Idempotency-Key */
    key: string | null;
};
export type CampaignStatus = "draft" | "scheduled" | "running" | "paused" | "completed" | "stopped";
export type CampaignSettings = {
    maxCallSeconds: number;
    ringSeconds: number;
    ringMarginSeconds: number;
    voicemail: "retry" | "leave_message" | "done";
    lines: number;
    callsPerSecond: number;
    maxAttempts: number;
    callbackBeyondLimit: boolean;
    conversion: {
        rule: "call_successful";
    } | {
        rule: "data_collection";
        field: string;
        equals?: string | number | boolean;
    } | {
        rule: "evaluation";
        criterion: string;
        /** success, unless named */
        result?: "success" | "failure" | "unknown";
    } | {
        rule: "keywords";
        keywords: string[];
    } | {
        rule: "all" | "any";
        rules: ({
            rule: "call_successful";
        } | {
            rule: "data_collection";
            field: string;
            equals?: string | number | boolean;
        } | {
            rule: "evaluation";
            criterion: string;
            /** success, unless named */
            result?: "success" | "failure" | "unknown";
        } | {
            rule: "keywords";
            keywords: string[];
        } | {
            rule: "all" | "any";
            rules: ({
                rule: "call_successful";
            } | {
                rule: "data_collection";
                field: string;
                equals?: string | number | boolean;
            } | {
                rule: "evaluation";
                criterion: string;
                /** success, unless named */
                result?: "success" | "failure" | "unknown";
            } | {
                rule: "keywords";
                keywords: string[];
            })[];
        })[];
    } | {
        rule: "manual";
    };
    spendLimitCents: number | null;
    expectedCallCents: number;
    /** Each with an id of its own */
    followUps: ({
        id: string;
        /** All that is named must hold; nothing named: every call */
        on: {
            dispositions?: ("converted" | "qualified" | "callback_requested" | "not_interested" | "opted_out" | "wrong_person" | "none")[];
            reaches?: ("answered" | "voicemail" | "no_answer" | "busy" | "failed" | "not_placed" | "unknown")[];
            converted?: boolean;
            /** Whether a meeting was agreed in the conversation */
            meeting?: boolean;
        };
        afterSeconds?: number;
        unlessReplied?: boolean;
        channel: "sms";
        body: string;
    } | {
        id: string;
        /** All that is named must hold; nothing named: every call */
        on: {
            dispositions?: ("converted" | "qualified" | "callback_requested" | "not_interested" | "opted_out" | "wrong_person" | "none")[];
            reaches?: ("answered" | "voicemail" | "no_answer" | "busy" | "failed" | "not_placed" | "unknown")[];
            converted?: boolean;
            /** Whether a meeting was agreed in the conversation */
            meeting?: boolean;
        };
        afterSeconds?: number;
        unlessReplied?: boolean;
        channel: "email";
        subject: string;
        body: string;
        calendar?: boolean;
    } | {
        id: string;
        /** All that is named must hold; nothing named: every call */
        on: {
            dispositions?: ("converted" | "qualified" | "callback_requested" | "not_interested" | "opted_out" | "wrong_person" | "none")[];
            reaches?: ("answered" | "voicemail" | "no_answer" | "busy" | "failed" | "not_placed" | "unknown")[];
            converted?: boolean;
            /** Whether a meeting was agreed in the conversation */
            meeting?: boolean;
        };
        afterSeconds?: number;
        unlessReplied?: boolean;
        channel: "webhook";
        endpointId: string;
    })[];
    /** How texts from leads are answered: by the first rule whose words they have, else by the agent */
    autoReply: {
        rules?: {
            keywords: string[];
            body: string;
        }[];
        agent?: {
            agentId: string;
            maxTurns?: number;
        } | null;
    } | null;
    window: {
        /** IANA, or lead: the zones of each lead */
        timeZone: string;
        days: {
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            sun?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            mon?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            tue?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            wed?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            thu?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            fri?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            sat?: [
                string,
                string
            ][];
        };
        holidays?: string;
        /** Every zone the lead may be in must be open. Always so. */
        strictest: true;
    };
    retryAfterSeconds: {
        no_answer: number | null;
        busy: number | null;
        failed: number | null;
        voicemail: number | null;
    };
    caps: {
        perDay: number | null;
        perWeek: number | null;
        minGapSeconds: number;
    };
    scoreWeights: {
        answered: number;
        talkTime: number;
        engagement: number;
        success: number;
        conversion: number;
    };
};
export type CampaignSummary = {
    leads: {
        total: number;
        finished: number;
    };
    /** Null when a lead may be called now, or none waits for its first call */
    nextOpeningAt: string | null;
    calls: number;
    answered: number;
    conversions: number;
    /** Of answered calls; null without any */
    conversionRate: number | null;
    costCents: number;
};
export type CampaignListed = {
    id: string;
    name: string;
    status: CampaignStatus;
    agentId: string;
    phoneNumberIds: string[];
    settings: CampaignSettings;
    settingsVersion: number;
    /** When it starts, while scheduled */
    startAt: string | null;
    startedAt: string | null;
    /** When it ends by itself; null for when every lead is finished */
    endAt: string | null;
    pausedAt: string | null;
    /** Why it paused by itself; null when a person did it */
    pauseReason: string | null;
    finishedAt: string | null;
    archivedAt: string | null;
    createdAt: string;
    updatedAt: string;
    /** Null unless it was asked for */
    summary: CampaignSummary | null;
};
export type CampaignPage = {
    items: CampaignListed[];
    nextCursor: string | null;
};
export type CampaignSettingsInput = {
    maxCallSeconds?: number;
    ringSeconds?: number;
    ringMarginSeconds?: number;
    voicemail?: "retry" | "leave_message" | "done";
    lines?: number;
    callsPerSecond?: number;
    maxAttempts?: number;
    callbackBeyondLimit?: boolean;
    conversion?: {
        rule: "call_successful";
    } | {
        rule: "data_collection";
        field: string;
        equals?: string | number | boolean;
    } | {
        rule: "evaluation";
        criterion: string;
        /** success, unless named */
        result?: "success" | "failure" | "unknown";
    } | {
        rule: "keywords";
        keywords: string[];
    } | {
        rule: "all" | "any";
        rules: ({
            rule: "call_successful";
        } | {
            rule: "data_collection";
            field: string;
            equals?: string | number | boolean;
        } | {
            rule: "evaluation";
            criterion: string;
            /** success, unless named */
            result?: "success" | "failure" | "unknown";
        } | {
            rule: "keywords";
            keywords: string[];
        } | {
            rule: "all" | "any";
            rules: ({
                rule: "call_successful";
            } | {
                rule: "data_collection";
                field: string;
                equals?: string | number | boolean;
            } | {
                rule: "evaluation";
                criterion: string;
                /** success, unless named */
                result?: "success" | "failure" | "unknown";
            } | {
                rule: "keywords";
                keywords: string[];
            })[];
        })[];
    } | {
        rule: "manual";
    };
    spendLimitCents?: number | null;
    expectedCallCents?: number;
    /** Each with an id of its own */
    followUps?: ({
        id: string;
        /** All that is named must hold; nothing named: every call */
        on: {
            dispositions?: ("converted" | "qualified" | "callback_requested" | "not_interested" | "opted_out" | "wrong_person" | "none")[];
            reaches?: ("answered" | "voicemail" | "no_answer" | "busy" | "failed" | "not_placed" | "unknown")[];
            converted?: boolean;
            /** Whether a meeting was agreed in the conversation */
            meeting?: boolean;
        };
        afterSeconds?: number;
        unlessReplied?: boolean;
        channel: "sms";
        body: string;
    } | {
        id: string;
        /** All that is named must hold; nothing named: every call */
        on: {
            dispositions?: ("converted" | "qualified" | "callback_requested" | "not_interested" | "opted_out" | "wrong_person" | "none")[];
            reaches?: ("answered" | "voicemail" | "no_answer" | "busy" | "failed" | "not_placed" | "unknown")[];
            converted?: boolean;
            /** Whether a meeting was agreed in the conversation */
            meeting?: boolean;
        };
        afterSeconds?: number;
        unlessReplied?: boolean;
        channel: "email";
        subject: string;
        body: string;
        calendar?: boolean;
    } | {
        id: string;
        /** All that is named must hold; nothing named: every call */
        on: {
            dispositions?: ("converted" | "qualified" | "callback_requested" | "not_interested" | "opted_out" | "wrong_person" | "none")[];
            reaches?: ("answered" | "voicemail" | "no_answer" | "busy" | "failed" | "not_placed" | "unknown")[];
            converted?: boolean;
            /** Whether a meeting was agreed in the conversation */
            meeting?: boolean;
        };
        afterSeconds?: number;
        unlessReplied?: boolean;
        channel: "webhook";
        endpointId: string;
    })[];
    /** How texts from leads are answered: by the first rule whose words they have, else by the agent */
    autoReply?: {
        rules?: {
            keywords: string[];
            body: string;
        }[];
        agent?: {
            agentId: string;
            maxTurns?: number;
        } | null;
    } | null;
    window?: {
        /** IANA, or lead: the zones of each lead */
        timeZone?: string;
        days?: {
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            sun?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            mon?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            tue?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            wed?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            thu?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            fri?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            sat?: [
                string,
                string
            ][];
        };
        holidays?: string | null;
        /** Every zone the lead may be in must be open. Always so. */
        strictest?: true;
    };
    retryAfterSeconds?: {
        no_answer?: number | null;
        busy?: number | null;
        failed?: number | null;
        voicemail?: number | null;
    };
    caps?: {
        perDay?: number | null;
        perWeek?: number | null;
        minGapSeconds?: number;
    };
    scoreWeights?: {
        answered?: number;
        talkTime?: number;
        engagement?: number;
        success?: number;
        conversion?: number;
    };
};
export type CampaignCreate = {
    name: string;
    /** Default: the configured agent */
    agentId?: string;
    /** The pool to call from. Empty: chosen at the start from all that can dial out */
    phoneNumberIds?: string[];
    settings?: CampaignSettingsInput;
};
export type Campaign = {
    id: string;
    name: string;
    status: CampaignStatus;
    agentId: string;
    phoneNumberIds: string[];
    settings: CampaignSettings;
    settingsVersion: number;
    /** When it starts, while scheduled */
    startAt: string | null;
    startedAt: string | null;
    /** When it ends by itself; null for when every lead is finished */
    endAt: string | null;
    pausedAt: string | null;
    /** Why it paused by itself; null when a person did it */
    pauseReason: string | null;
    finishedAt: string | null;
    archivedAt: string | null;
    createdAt: string;
    updatedAt: string;
};
export type CampaignUpdate = {
    name?: string;
    agentId?: string;
    phoneNumberIds?: string[];
    settings?: CampaignSettingsInput;
    /** From then on nobody is dialled, and leads that are left are finished as ended; null for no end */
    endAt?: string | null;
};
export type CampaignStage = "draft" | "scheduled" | "running" | "paused" | "completed" | "stopped" | "stopping";
export type LeadOutcome = "converted" | "answered" | "opted_out" | "replied" | "attempts_spent" | "not_retried" | "refused" | "unknown" | "stopped" | "ended";
export type HoldRule = "campaign_running" | "campaign_end" | "lead_open" | "opt_out" | "replied" | "attempts" | "spend_limit" | "window" | "contact_live" | "contact_gap" | "contact_day" | "contact_week" | "workspace_lines" | "campaign_lines" | "pace" | "retry" | "callback";
export type CampaignSpend = {
    /** What the providers have charged */
    settledCents: number;
    /** What calls that are not charged yet are expected to cost */
    reservedCents: number;
    /** What the next call is expected to cost */
    expectedCallCents: number;
    /** Null for none */
    limitCents: number | null;
};
export type CampaignProgress = {
    status: CampaignStage;
    lines: {
        limit: number;
        inUse: number;
    };
    leads: {
        total: number;
        /** For their first call, or for a line */
        waiting: number;
        /** Of those that wait: for a line */
        queued: number;
        calling: number;
        backingOff: number;
        finished: number;
    };
    /** What became of the finished leads */
    outcomes: {
        outcome: LeadOutcome;
        leads: number;
    }[];
    /** Null when a lead may be called now, or none is left */
    nextOpeningAt: string | null;
    holds: {
        reason: HoldRule;
        leads: number;
    }[];
    spend: CampaignSpend;
    /** False when the workflow did not answer, and the database alone did */
    live: boolean;
};
export type Disposition = "converted" | "qualified" | "callback_requested" | "not_interested" | "opted_out" | "wrong_person" | "none";
export type Direction = "outbound" | "inbound";
export type Metrics = {
    calls: {
        total: number;
        answered: number;
        voicemail: number;
        noAnswer: number;
        busy: number;
        failed: number;
        notPlaced: number;
        "unknown": number;
    };
    provider: {
        success: number;
        failure: number;
        "unknown": number;
    };
    conversions: number;
    /** Of answered calls; null while there are none */
    conversionRate: number | null;
    averageTalkSeconds: number | null;
    costCents: number;
    today: {
        calls: number;
        answered: number;
        conversions: number;
    };
    thisWeek: {
        calls: number;
        answered: number;
        conversions: number;
    };
    thisMonth: {
        calls: number;
        answered: number;
        conversions: number;
    };
    byDay: {
        date: string;
        calls: number;
        answered: number;
        conversions: number;
    }[];
    /** Of leads that were dialled for the first time; null while there are none */
    conversionsPerLead: number | null;
    costPerConversionCents: number | null;
    byArm: {
        agentId: string;
        calls: number;
        answered: number;
        conversions: number;
        conversionRate: number | null;
        averageTalkSeconds: number | null;
        costCents: number;
    }[];
    /** By our number that dialled */
    byNumber: {
        phoneNumberId: string;
        calls: number;
        answered: number;
        conversions: number;
        conversionRate: number | null;
        averageTalkSeconds: number | null;
        costCents: number;
        /** Placed and over */
        finished: number;
        failed: number;
        /** Of finished calls; null while there are none */
        answerRate: number | null;
    }[];
    byDisposition: {
        disposition: Disposition;
        calls: number;
        answered: number;
        conversions: number;
    }[];
    /** The only part that includes inbound calls */
    byDirection: {
        direction: Direction;
        calls: number;
        answered: number;
        conversions: number;
    }[];
    spend: CampaignSpend & unknown;
};
export type OutsideCampaigns = {
    calls: number;
    answered: number;
    conversions: number;
    averageTalkSeconds: number | null;
    costCents: number;
};
export type WorkspaceMetrics = {
    calls: {
        total: number;
        answered: number;
        voicemail: number;
        noAnswer: number;
        busy: number;
        failed: number;
        notPlaced: number;
        "unknown": number;
    };
    provider: {
        success: number;
        failure: number;
        "unknown": number;
    };
    conversions: number;
    /** Of answered calls; null while there are none */
    conversionRate: number | null;
    averageTalkSeconds: number | null;
    costCents: number;
    today: {
        calls: number;
        answered: number;
        conversions: number;
    };
    thisWeek: {
        calls: number;
        answered: number;
        conversions: number;
    };
    thisMonth: {
        calls: number;
        answered: number;
        conversions: number;
    };
    byDay: {
        date: string;
        calls: number;
        answered: number;
        conversions: number;
    }[];
    /** Of leads that were dialled for the first time; null while there are none */
    conversionsPerLead: number | null;
    costPerConversionCents: number | null;
    byArm: {
        agentId: string;
        calls: number;
        answered: number;
        conversions: number;
        conversionRate: number | null;
        averageTalkSeconds: number | null;
        costCents: number;
    }[];
    /** By our number that dialled */
    byNumber: {
        phoneNumberId: string;
        calls: number;
        answered: number;
        conversions: number;
        conversionRate: number | null;
        averageTalkSeconds: number | null;
        costCents: number;
        /** Placed and over */
        finished: number;
        failed: number;
        /** Of finished calls; null while there are none */
        answerRate: number | null;
    }[];
    byDisposition: {
        disposition: Disposition;
        calls: number;
        answered: number;
        conversions: number;
    }[];
    /** The only part that includes inbound calls */
    byDirection: {
        direction: Direction;
        calls: number;
        answered: number;
        conversions: number;
    }[];
    outsideCampaigns: OutsideCampaigns;
};
export type CallStatus = "dialling" | "ringing" | "in_progress" | "ended";
export type Reach = "answered" | "voicemail" | "no_answer" | "busy" | "failed" | "not_placed" | "unknown";
export type CallKind = "phone" | "browser";
export type Attribution = "dial" | "variables" | "call_sid" | "number" | "alias" | "person";
export type Sentiment = "positive" | "neutral" | "negative";
export type CallSource = "webhook" | "poll" | "reconciled" | "person";
export type HangUpReason = "opt_out" | "overdue";
export type Call = {
    id: string;
    campaignId: string | null;
    leadId: string | null;
    /** The lead's */
    name: string | null;
    agentId: string;
    direction: Direction;
    kind: CallKind;
    /** Null for a call that was not dialled here */
    attempt: number | null;
    status: CallStatus;
    reach: Reach | null;
    disposition: Disposition | null;
    converted: boolean;
    /** How its lead was found */
    attributedBy: Attribution | null;
    /** Null when it is not known */
    hasAudio: boolean | null;
    sentiment: Sentiment | null;
    score: number | null;
    conversationId: string | null;
    callSid: string | null;
    "from": string | null;
    to: string | null;
    startedAt: string;
    answeredAt: string | null;
    endedAt: string | null;
    talkSeconds: number | null;
    costCents: number | null;
    summary: string | null;
    terminationReason: string | null;
    /** What reported its end; null before it, and where the dial itself was refused or not made */
    source: CallSource | null;
    failure: string | null;
    needsAttention: boolean;
    /** The time by which it was to be over, where it goes on, or went on, past that */
    overdueSince: string | null;
    /** Why and when it was to be hung up; null where nobody wanted that */
    hangUp: {
        reason: HangUpReason;
        requestedAt: string;
        tries: number;
    } | null;
};
export type CallPage = {
    items: Call[];
    nextCursor: string | null;
};
export type CampaignStart = {
    /** Default, and for a time past: now */
    at?: string;
    /** From then on nobody is dialled, and leads that are left are finished as ended; null for no end */
    endAt?: string | null;
};
export type CampaignInFlight = {
    id: string;
    name: string;
    status: CampaignStatus;
    agentId: string;
    phoneNumberIds: string[];
    settings: CampaignSettings;
    settingsVersion: number;
    /** When it starts, while scheduled */
    startAt: string | null;
    startedAt: string | null;
    /** When it ends by itself; null for when every lead is finished */
    endAt: string | null;
    pausedAt: string | null;
    /** Why it paused by itself; null when a person did it */
    pauseReason: string | null;
    finishedAt: string | null;
    archivedAt: string | null;
    createdAt: string;
    updatedAt: string;
    /** Calls in flight, or about to be */
    inFlight: number;
};
export type LeadState = "waiting" | "queued" | "calling" | "backing_off" | "finished";
export type Lead = {
    id: string;
    campaignId: string;
    phone: string;
    name: string | null;
    email: string | null;
    company: string | null;
    country: string | null;
    region: string | null;
    postalCode: string | null;
    /** The zone given with the lead */
    timeZone: string | null;
    /** Every zone the lead may be in */
    zones: string[];
    consent: string | null;
    variables: {
        [key: string]: string;
    };
    state: LeadState;
    notBefore: string;
    holdRule: HoldRule | null;
    holdDetail: string | null;
    attemptsUsed: number;
    lastReach: Reach | null;
    disposition: Disposition | null;
    converted: boolean;
    score: number | null;
    scoreParts: {
        [key: string]: number;
    } | {
        [key: string]: number;
    };
    outcome: LeadOutcome | null;
    outcomeDetail: string | null;
    finishedAt: string | null;
    createdAt: string;
    updatedAt: string;
};
export type LeadsAdd = {
    leads: {
        /** E.164 */
        phone: string;
        name?: string | null;
        email?: string | null;
        company?: string | null;
        /** IANA */
        timeZone?: string | null;
        region?: string | null;
        postalCode?: string | null;
        consent?: string | null;
        variables?: {
            [key: string]: string | number | boolean;
        } | {
            [key: string]: string | number | boolean;
        };
    }[];
};
export type LeadsAdded = {
    accepted: number;
    duplicates: number;
    rejected: {
        index: number;
        message: string;
    }[];
};
export type LeadPage = {
    items: Lead[];
    nextCursor: string | null;
};
export type LeadsImported = {
    rows: number;
    accepted: number;
    duplicates: number;
    rejected: number;
    /** The first 100, duplicates included */
    errors: {
        row: number;
        /** Of the file, the header being the first */
        line: number;
        column: string | null;
        message: string;
    }[];
};
export type ColumnsInput = {
    headers: string[];
    mapping?: {
        [key: string]: string;
    };
};
export type ColumnsRead = {
    columns: {
        header: string;
        /** variable: for the agent, under its own name; ignore: left out */
        field: "phone" | "name" | "first_name" | "last_name" | "email" | "company" | "time_zone" | "region" | "postal_code" | "consent" | "variable" | "ignore";
    }[];
    /** Why the header cannot be used; then no columns */
    problems: string[];
};
export type FoundLead = Lead & {
    campaignName: string;
};
export type FoundLeadPage = {
    items: FoundLead[];
    nextCursor: string | null;
};
export type LeadUpdate = {
    name?: string | null;
    email?: string | null;
    /** IANA; null: by the number */
    timeZone?: string | null;
    /** Replaces all variables */
    variables?: {
        [key: string]: string | number | boolean;
    };
};
export type LeadWhy = {
    state: LeadState;
    /** Null when no attempt is in sight */
    nextAttemptAt: string | null;
    blockedBy: {
        rule: HoldRule;
        detail: string;
        until: string | null;
    }[];
};
export type FollowUpChannel = "sms" | "email" | "webhook";
export type FollowUpStatus = "planned" | "done" | "skipped" | "failed";
export type FollowUp = {
    id: string;
    campaignId: string;
    leadId: string;
    callId: string | null;
    ruleId: string;
    channel: FollowUpChannel;
    status: FollowUpStatus;
    /** Why it was skipped, or how it failed */
    reason: string | null;
    dueAt: string;
    messageId: string | null;
    deliveryId: string | null;
    createdAt: string;
    finishedAt: string | null;
};
export type FollowUpPage = {
    items: FollowUp[];
    nextCursor: string | null;
};
export type EventType = "call.ended" | "call.marked" | "call.attributed" | "lead.finished" | "lead.replied" | "lead.converted" | "message.received" | "message.sent" | "message.delivered" | "message.failed" | "contact.opted_out" | "contact.opted_in" | "follow_up.done" | "follow_up.skipped" | "follow_up.failed" | "campaign.started" | "campaign.paused" | "campaign.resumed" | "campaign.stopped" | "campaign.ended" | "campaign.completed" | "call.started" | "call.placed" | "call.updated" | "call.context_sent" | "call.overdue" | "call.settled" | "call.hang_up_requested" | "call.hang_up_failed" | "conversation.stored" | "lead.held" | "lead.backing_off" | "lead.changed" | "lead.restarted" | "lead.call_requested" | "leads.added" | "message.scheduled" | "follow_up.planned" | "delivery.delivered" | "delivery.failed" | "endpoint.disabled" | "campaign.created" | "campaign.changed" | "campaign.scheduled" | "campaign.reopened" | "campaign.archived";
export type MessageChannel = "sms" | "email";
export type MessageStatus = "scheduled" | "sending" | "sent" | "delivered" | "undelivered" | "failed" | "refused" | "unknown" | "received";
export type MessageSource = "person" | "follow_up" | "auto_reply" | "agent" | "contact";
export type TimelineMessage = {
    id: string;
    /** The lead that it was matched to */
    leadId: string | null;
    channel: MessageChannel;
    direction: Direction;
    status: MessageStatus;
    source: MessageSource;
    subject: string | null;
    body: string;
    attachments: {
        contentType: string;
        name: string | null;
    }[];
    error: string | null;
    createdAt: string;
    sentAt: string | null;
    deliveredAt: string | null;
};
export type TimelineFollowUp = {
    id: string;
    ruleId: string;
    channel: FollowUpChannel;
    status: FollowUpStatus;
    reason: string | null;
    dueAt: string;
};
export type DeliveryStatus = "pending" | "delivered" | "failed";
export type TimelineDelivery = {
    id: string;
    endpointId: string;
    url: string;
    eventType: string;
    status: DeliveryStatus;
    attempts: number;
    lastStatus: number | null;
    lastError: string | null;
};
export type GateVerdict = "go" | "wait" | "never";
export type GateRule = "campaign_running" | "campaign_end" | "lead_open" | "opt_out" | "replied" | "attempts" | "spend_limit" | "window" | "contact_live" | "contact_gap" | "contact_day" | "contact_week" | "workspace_lines" | "campaign_lines" | "pace";
export type Decision = {
    verdict: GateVerdict;
    rule: GateRule | null;
    detail: string | null;
    rulesVersion: string;
    settingsVersion: number | null;
    facts: {
        [key: string]: unknown;
    };
    decidedAt: string;
};
export type TimelineItem = {
    /** The event's number, as in the stream */
    id: number;
    at: string;
    "type": EventType;
    /** Ids and codes of that moment; the fields below show the present state */
    data: {
        [key: string]: unknown;
    };
    call: Call | null;
    message: TimelineMessage | null;
    followUp: TimelineFollowUp | null;
    delivery: TimelineDelivery | null;
    decision: Decision | null;
};
export type Timeline = {
    items: TimelineItem[];
    nextCursor: string | null;
};
export type CallRequested = {
    lead: Lead;
    /** It is one call more than the settings allow */
    beyondLimit: boolean;
    /** The lead was finished */
    reopened: boolean;
    /** The campaign had completed */
    campaignReopened: boolean;
};
export type CallPlace = {
    agentId: string;
    /** The number to call from, by its id at the provider */
    phoneNumberId: string;
    to: string;
    variables?: {
        [key: string]: string;
    };
    overrides?: {
        prompt?: string;
        firstMessage?: string;
        language?: string;
        voiceId?: string;
    };
    /** How the person agreed to be called, kept with the call. Without it the call counts as requested by the key. */
    consent?: string;
};
export type AttributionState = "attributed" | "unattributed";
export type ConversionJudge = "rule" | "person";
export type Speaker = "user" | "agent";
export type CallQuality = {
    firstAudioMs: number | null;
    responseMs: number | null;
    userTurns: number;
    agentTurns: number;
    interruptions: number;
    wordErrorRate: number | null;
};
export type CallDetail = {
    id: string;
    campaignId: string | null;
    leadId: string | null;
    /** The lead's */
    name: string | null;
    agentId: string;
    direction: Direction;
    kind: CallKind;
    /** Null for a call that was not dialled here */
    attempt: number | null;
    status: CallStatus;
    reach: Reach | null;
    disposition: Disposition | null;
    converted: boolean;
    /** How its lead was found */
    attributedBy: Attribution | null;
    /** Null when it is not known */
    hasAudio: boolean | null;
    sentiment: Sentiment | null;
    score: number | null;
    conversationId: string | null;
    callSid: string | null;
    "from": string | null;
    to: string | null;
    startedAt: string;
    answeredAt: string | null;
    endedAt: string | null;
    talkSeconds: number | null;
    costCents: number | null;
    summary: string | null;
    terminationReason: string | null;
    /** What reported its end; null before it, and where the dial itself was refused or not made */
    source: CallSource | null;
    failure: string | null;
    needsAttention: boolean;
    /** The time by which it was to be over, where it goes on, or went on, past that */
    overdueSince: string | null;
    /** Why and when it was to be hung up; null where nobody wanted that */
    hangUp: {
        reason: HangUpReason;
        requestedAt: string;
        tries: number;
    } | null;
    notes: string | null;
    convertedBy: ConversionJudge | null;
    conversionReason: {
        rule: string;
        detail: string;
        /** Index in the transcript */
        turn?: number;
        /** Of a combined rule: the simple ones that met */
        met?: {
            rule: string;
            detail: string;
            turn?: number;
        }[];
    } | null;
    scoreParts: {
        [key: string]: number;
    } | {
        [key: string]: number;
    };
    transcript: {
        role: Speaker;
        text: string;
        atSeconds: number | null;
        interrupted?: boolean;
    }[] | null;
    analysis: {
        [key: string]: unknown;
    } | {
        [key: string]: unknown;
    };
    quality: CallQuality | null;
    decision: Decision | null;
};
export type CallUpdate = {
    converted?: boolean;
    disposition?: Disposition;
    notes?: string | null;
};
export type HeardWebhook = {
    id: number;
    provider: "elevenlabs" | "twilio";
    "type": string;
    receivedAt: string;
    /** When it was merged into the call */
    mergedAt: string | null;
    /** How often it came, the first time included */
    deliveries: number;
};
export type CallTimeline = {
    events: {
        /** The event's number, as in the stream */
        id: number;
        at: string;
        "type": EventType;
        data: {
            [key: string]: unknown;
        };
    }[];
    webhooks: HeardWebhook[];
};
export type CallAttribution = {
    leadId: string;
    /** Later calls and texts of the number are theirs too */
    remember?: boolean;
};
export type LiveDone = {
    callId: string;
    /** The voice provider's monitor socket, or the telephone company */
    via: "monitor" | "carrier";
};
export type ContextSend = {
    text: string;
};
export type TransferStart = {
    to: string;
};
export type ConversationSyncInput = {
    /** Started at or after; where the last walk ended when left out */
    since?: string;
};
export type ConversationSync = {
    runId: string;
    /** Conversations that began then or later */
    since: string;
    until: string;
    pages: number;
    /** Conversations on the provider’s list */
    seen: number;
    /** Those that were new, or changed since they were stored */
    stored: number;
    attributed: number;
    unattributed: number;
    /** Could not be read; the next run tries them again */
    failed: number;
    finished: boolean;
    startedAt: string;
    finishedAt: string | null;
};
export type MessageSend = {
    leadId: string;
    to?: string;
    body: string;
    /** In quiet hours: wait for their end, in place of a refusal */
    whenAllowed?: boolean;
} | {
    leadId?: string;
    to: string;
    body: string;
    /** In quiet hours: wait for their end, in place of a refusal */
    whenAllowed?: boolean;
};
export type TextEncoding = "GSM-7" | "UCS-2";
export type Message = {
    id: string;
    channel: MessageChannel;
    direction: Direction;
    status: MessageStatus;
    leadId: string | null;
    campaignId: string | null;
    /** The call during which it came, or that it follows */
    callId: string | null;
    inReplyTo: string | null;
    "from": string | null;
    to: string | null;
    subject: string | null;
    body: string;
    attachments: {
        contentType: string;
        name: string | null;
        url: string | null;
    }[];
    segments: number | null;
    encoding: TextEncoding | null;
    characters: number;
    source: MessageSource;
    author: string | null;
    errorCode: number | null;
    error: string | null;
    notBefore: string | null;
    sentAt: string | null;
    deliveredAt: string | null;
    createdAt: string;
};
export type MessagePage = {
    items: Message[];
    nextCursor: string | null;
};
export type MessageThread = {
    phone: string;
    /** Of the lead that the latest message is about */
    name: string | null;
    optedOut: boolean;
    latest: Message;
};
export type MessageThreadPage = {
    items: MessageThread[];
    nextCursor: string | null;
};
export type MessageDetail = {
    id: string;
    channel: MessageChannel;
    direction: Direction;
    status: MessageStatus;
    leadId: string | null;
    campaignId: string | null;
    /** The call during which it came, or that it follows */
    callId: string | null;
    inReplyTo: string | null;
    "from": string | null;
    to: string | null;
    subject: string | null;
    body: string;
    attachments: {
        contentType: string;
        name: string | null;
        url: string | null;
    }[];
    segments: number | null;
    encoding: TextEncoding | null;
    characters: number;
    source: MessageSource;
    author: string | null;
    errorCode: number | null;
    error: string | null;
    notBefore: string | null;
    sentAt: string | null;
    deliveredAt: string | null;
    createdAt: string;
    /** Every lead with the number, the one contacted last first */
    leads: {
        leadId: string;
        campaignId: string;
        contactedAt: string | null;
    }[];
};
export type OptOutSource = "api" | "call" | "message";
export type OptOut = {
    phone: string;
    reason: string;
    source: OptOutSource;
    createdAt: string;
};
export type OptOutPage = {
    items: OptOut[];
    nextCursor: string | null;
};
export type OptOutAdd = {
    phone: string;
    reason?: string;
};
export type OptOutAdded = OptOut & {
    /** Calls to the number that were in flight at this instant */
    inFlight: number;
    /** Their ids: they are hung up unless the workspace wants otherwise, and no other call follows */
    inFlightCallIds: string[];
};
export type AttentionKind = "unknown_call" | "unmatched_webhook" | "campaign_fault" | "spend_limit_reached" | "unknown_message" | "failed_follow_up" | "failed_reply" | "disabled_webhook" | "unended_call" | "failing_sweep";
export type SettlementWord = "placed" | "not_placed" | "answered" | "no_answer";
export type Attention = {
    id: number;
    kind: AttentionKind;
    /** The id of the call, webhook event, campaign or lead */
    subject: string;
    campaignId: string | null;
    leadId: string | null;
    detail: string;
    createdAt: string;
    /** What a person may say of the call that it is about; empty where that settles nothing */
    choices: SettlementWord[];
};
export type AttentionPage = {
    items: Attention[];
    nextCursor: string | null;
};
export type Settlement = {
    outcome: SettlementWord;
    /** How you know, for the audit log */
    note: string;
};
export type SettledCall = {
    id: number;
    callId: string;
    leadId: string | null;
    /** Null where the lead is not called again */
    nextAttemptAt: string | null;
    /** What was changed, in a sentence */
    effect: string;
};
export type StreamEvent = {
    /** The event's number */
    id: string;
    event: "ready" | "call.ended" | "call.marked" | "call.attributed" | "lead.finished" | "lead.replied" | "lead.converted" | "message.received" | "message.sent" | "message.delivered" | "message.failed" | "contact.opted_out" | "contact.opted_in" | "follow_up.done" | "follow_up.skipped" | "follow_up.failed" | "campaign.started" | "campaign.paused" | "campaign.resumed" | "campaign.stopped" | "campaign.ended" | "campaign.completed" | "call.started" | "call.placed" | "call.updated" | "call.context_sent" | "call.overdue" | "call.settled" | "call.hang_up_requested" | "call.hang_up_failed" | "conversation.stored" | "lead.held" | "lead.backing_off" | "lead.changed" | "lead.restarted" | "lead.call_requested" | "leads.added" | "message.scheduled" | "follow_up.planned" | "delivery.delivered" | "delivery.failed" | "endpoint.disabled" | "campaign.created" | "campaign.changed" | "campaign.scheduled" | "campaign.reopened" | "campaign.archived";
    /** JSON */
    data: string;
};
export type Agent = {
    agentId: string;
    name: string;
};
export type AgentPage = {
    items: Agent[];
    nextCursor: string | null;
};
export type ComparedSide = {
    agentId: string;
    label: string | null;
    /** Ended calls behind the figures, at most 1,000 */
    calls: number;
    answered: number;
    timeToFirstAudioMs: {
        mean: number | null;
        median: number | null;
    };
    responseMs: {
        mean: number | null;
        median: number | null;
    };
    /** Both sides' turns in a talk, on average */
    turns: number | null;
    interruptions: number | null;
    wordErrorRate: number | null;
    /** Talks whose words a listener wrote down */
    checkedTalks: number;
    /** The listeners' mean, 1 to 5 */
    rating: number | null;
    ratings: number;
    /** Successes among calls that the provider judged */
    successRate: number | null;
    talkSeconds: number;
    costCents: number;
    costPerMinuteCents: number | null;
    oldestAt: string | null;
    newestAt: string | null;
    /** The newest 20 that were answered */
    talks: {
        callId: string;
        startedAt: string;
        talkSeconds: number | null;
        rating: number | null;
    }[];
};
export type Comparison = {
    left: ComparedSide;
    right: ComparedSide;
};
export type AgentDetail = {
    agentId: string;
    name: string;
    firstMessage: string | null;
    prompt: string | null;
    language: string | null;
    voiceId: string | null;
    llm: string | null;
    maxCallSeconds: number | null;
    /** What a call or a browser session may override */
    overrides: {
        prompt: boolean;
        firstMessage: boolean;
        language: boolean;
        voice: boolean;
        stability: boolean;
        speed: boolean;
        similarityBoost: boolean;
        textOnly: boolean;
        maxCallSeconds: boolean;
    };
    dataCollection: {
        id: string;
        "type": string;
        description: string | null;
    }[];
    criteria: {
        id: string;
        name: string | null;
    }[];
    phoneNumberIds: string[];
    /** Calls at once; -1 for no limit */
    concurrencyLimit: number | null;
    monitoringEnabled: boolean | null;
};
export type AgentVersion = {
    label: string;
    /** Talks in the browser that were started under it */
    sessions: number;
    newestAt: string;
};
export type AgentVersionPage = {
    items: AgentVersion[];
    nextCursor: string | null;
};
export type SessionStart = {
    overrides?: {
        prompt?: string;
        firstMessage?: string;
        language?: string;
        voiceId?: string;
        voice?: {
            stability?: number;
            speed?: number;
            similarityBoost?: number;
        };
        textOnly?: boolean;
    };
    variables?: {
        [key: string]: string;
    };
    /** The session gets this lead's variables */
    leadId?: string;
    /** What this version of the agent is called, to compare it with others */
    label?: string;
    how?: "websocket" | "webrtc";
};
export type StartedSession = {
    sessionId: string;
    /** For a WebSocket; works once within minutes */
    signedUrl?: string;
    /** For WebRTC */
    token?: string;
    conversationId: string | null;
    overrides: {
        agent?: {
            prompt?: {
                prompt: string;
            };
            firstMessage?: string;
            language?: string;
        };
        tts?: {
            voiceId?: string;
            stability?: number;
            speed?: number;
            similarityBoost?: number;
        };
        conversation?: {
            textOnly: boolean;
        };
    };
    dynamicVariables: {
        [key: string]: string;
    };
    textOnly: boolean;
    expiresAt: string;
};
export type SessionConversation = {
    conversationId: string;
};
export type Session = {
    id: string;
    agentId: string;
    label: string | null;
    leadId: string | null;
    conversationId: string | null;
    /** Once the conversation has been stored */
    callId: string | null;
    rating: number | null;
    spoken: string[] | null;
    createdAt: string;
    expiresAt: string;
};
export type SessionUpdate = {
    rating?: number | null;
    /** What the person really said, turn by turn, to judge the transcription by */
    spoken?: string[] | null;
};
export type SingleCallSettings = {
    maxCallSeconds: number;
    ringSeconds: number;
    ringMarginSeconds: number;
    voicemail: "retry" | "leave_message" | "done";
    /** Where the window names no holidays: those of the number's country are kept */
    nationalHolidays: boolean;
    window: {
        /** IANA, or lead: the zones of each lead */
        timeZone: string;
        days: {
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            sun?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            mon?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            tue?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            wed?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            thu?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            fri?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            sat?: [
                string,
                string
            ][];
        };
        holidays?: string;
        /** Every zone the lead may be in must be open. Always so. */
        strictest: true;
    };
    caps: {
        perDay: number | null;
        perWeek: number | null;
        minGapSeconds: number;
    };
};
export type SingleCallSettingsInput = {
    maxCallSeconds?: number;
    ringSeconds?: number;
    ringMarginSeconds?: number;
    voicemail?: "retry" | "leave_message" | "done";
    /** Where the window names no holidays: those of the number's country are kept */
    nationalHolidays?: boolean;
    window?: {
        /** IANA, or lead: the zones of each lead */
        timeZone?: string;
        days?: {
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            sun?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            mon?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            tue?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            wed?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            thu?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            fri?: [
                string,
                string
            ][];
            /** HH:MM to HH:MM, the end exclusive; each begins before it ends, and none overlaps another */
            sat?: [
                string,
                string
            ][];
        };
        holidays?: string | null;
        /** Every zone the lead may be in must be open. Always so. */
        strictest?: true;
    };
    caps?: {
        perDay?: number | null;
        perWeek?: number | null;
        minGapSeconds?: number;
    };
};
export type OptOutSettings = {
    /** An opt-out ends the calls to the number that are in flight, but the one in which it is spoken */
    hangUpOnOptOut: boolean;
};
export type PhoneNumber = {
    phoneNumberId: string;
    phoneNumber: string;
    label: string;
    provider: string;
    supportsOutbound: boolean;
    assignedAgentId: string | null;
    /** Texts to this number go to the voice provider; null when the provider does not say */
    takesTexts: boolean | null;
};
export type PhoneNumberPage = {
    items: PhoneNumber[];
    nextCursor: string | null;
    /** What will not work as the numbers are set up */
    warnings: {
        phoneNumberId: string;
        warning: "texts_elsewhere";
        detail: string;
    }[];
};
export type NumberCalls = {
    calls: number;
    /** Placed and over */
    finished: number;
    answered: number;
    failed: number;
    /** Of finished calls; null while there are none */
    answerRate: number | null;
};
export type NumberState = "failing" | "falling" | "healthy" | "unused";
export type NumberHealth = {
    phoneNumberId: string;
    /** E.164; null when the provider does not list it */
    phoneNumber: string | null;
    label: string | null;
    /** Whether it is in the provider's list; null when that could not be had */
    listed: boolean | null;
    today: NumberCalls;
    before: NumberCalls;
    state: NumberState;
    /** Whether enough of its calls of today are over to say how it does */
    judged: boolean;
    /** What will not work as it is set up */
    warnings: {
        warning: "texts_elsewhere";
        detail: string;
    }[];
};
export type NumberHealthPage = {
    items: NumberHealth[];
    nextCursor: null;
};
export type Voice = {
    voiceId: string;
    name: string;
    category: string | null;
    description: string | null;
    labels: {
        [key: string]: string;
    };
    previewUrl: string | null;
};
export type VoicePage = {
    items: Voice[];
    nextCursor: string | null;
};
export type VoiceSample = {
    text: string;
};
export type SubscribedEventType = "*" | "call.ended" | "call.marked" | "call.attributed" | "lead.finished" | "lead.replied" | "lead.converted" | "message.received" | "message.sent" | "message.delivered" | "message.failed" | "contact.opted_out" | "contact.opted_in" | "follow_up.done" | "follow_up.skipped" | "follow_up.failed" | "campaign.started" | "campaign.paused" | "campaign.resumed" | "campaign.stopped" | "campaign.ended" | "campaign.completed";
export type WebhookCreate = {
    url: string;
    /** What is sent; * for all of it */
    eventTypes: SubscribedEventType[];
    description?: string | null;
    /** Only what happens in this campaign */
    campaignId?: string | null;
};
export type WebhookCreated = {
    id: string;
    url: string;
    description: string | null;
    eventTypes: string[];
    campaignId: string | null;
    enabled: boolean;
    disabledAt: string | null;
    disabledReason: string | null;
    /** Every attempt since then has failed */
    failingSince: string | null;
    createdAt: string;
    /** Shown this once; null when the request is repeated under its Idempotency-Key. Receivers verify with it: https://www.standardwebhooks.com */
    secret: string | null;
};
export type Webhook = {
    id: string;
    url: string;
    description: string | null;
    eventTypes: string[];
    campaignId: string | null;
    enabled: boolean;
    disabledAt: string | null;
    disabledReason: string | null;
    /** Every attempt since then has failed */
    failingSince: string | null;
    createdAt: string;
};
export type WebhookPage = {
    items: Webhook[];
    nextCursor: string | null;
};
export type WebhookUpdate = {
    url?: string;
    /** What is sent; * for all of it */
    eventTypes?: SubscribedEventType[];
    description?: string | null;
    campaignId?: string | null;
    /** true enables a disabled one again */
    enabled?: boolean;
};
export type WebhookRotate = {
    /** How long the old secret signs too */
    keepOldForSeconds?: number;
};
export type WebhookRotated = {
    /** Shown this once; null when the request is repeated under its Idempotency-Key. Receivers verify with it: https://www.standardwebhooks.com */
    secret: string | null;
    oldSecretUntil: string | null;
};
export type Delivery = {
    /** The webhook-id that the receiver sees */
    id: string;
    webhookId: string;
    "type": string;
    eventId: number | null;
    followUpId: string | null;
    leadId: string | null;
    status: DeliveryStatus;
    attempts: number;
    nextAttemptAt: string | null;
    lastStatus: number | null;
    lastError: string | null;
    deliveredAt: string | null;
    createdAt: string;
};
export type DeliveryPage = {
    items: Delivery[];
    nextCursor: string | null;
};
export type DeliveryDetail = {
    /** The webhook-id that the receiver sees */
    id: string;
    webhookId: string;
    "type": string;
    eventId: number | null;
    followUpId: string | null;
    leadId: string | null;
    status: DeliveryStatus;
    attempts: number;
    nextAttemptAt: string | null;
    lastStatus: number | null;
    lastError: string | null;
    deliveredAt: string | null;
    createdAt: string;
    /** What is sent; null until the first attempt */
    payload: {
        [key: string]: unknown;
    } | {
        [key: string]: unknown;
    };
    log: {
        at: string;
        status: number | null;
        error: string | null;
        durationMs: number;
    }[];
};
export type WebhookReplay = {
    "from": string;
    to: string;
};
export type WebhookReplayed = {
    deliveries: number;
};
export type WebhookReceived = {
    received: true;
};
export type CallInitiation = {
    "type": "conversation_initiation_client_data";
    dynamic_variables: {
        [key: string]: string | boolean;
    };
};
/**
 * Whether the process is alive
 */
export function readHealth(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Health;
    }>("/health", {
        ...opts
    }));
}
/**
 * Whether all that a campaign needs answers
 */
export function readReady(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Ready;
    } | {
        status: 503;
        data: Ready;
    }>("/ready", {
        ...opts
    }));
}
/**
 * Exchange an API key for a session of the dashboard
 */
export function signIn(signIn: SignIn, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: SignedIn;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/sign-in", oazapfts.json({
        ...opts,
        method: "POST",
        body: signIn
    })));
}
/**
 * End the dashboard's session
 */
export function signOut(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 503;
        data: Problem;
    }>("/sign-out", {
        ...opts,
        method: "POST"
    }));
}
/**
 * Whose key this is, and what the workspace is set to
 */
export function readMe(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Me;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/me", {
        ...opts
    }));
}
/**
 * List the API keys in force by name, newest first; the keys themselves are not kept
 */
export function listKeys({ cursor, limit }: {
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ApiKeyPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/keys${QS.query(QS.explode({
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * Create an API key; the answer shows it, and nothing else ever does
 */
export function createKey(apiKeyCreate: ApiKeyCreate, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: ApiKeyCreated;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/keys", oazapfts.json({
        ...opts,
        method: "POST",
        body: apiKeyCreate
    })));
}
/**
 * Revoke an API key, and end the sessions of the dashboard that stand on it
 */
export function revokeKey(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/keys/${encodeURIComponent(id)}`, {
        ...opts,
        method: "DELETE"
    }));
}
/**
 * List campaigns, newest first; archived ones are left out
 */
export function listCampaigns({ status, include, cursor, limit }: {
    status?: CampaignStatus;
    include?: "summary";
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: CampaignPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns${QS.query(QS.explode({
        status,
        include,
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * Create a campaign, as a draft
 */
export function createCampaign(campaignCreate: CampaignCreate, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: Campaign;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/campaigns", oazapfts.json({
        ...opts,
        method: "POST",
        body: campaignCreate
    })));
}
/**
 * Read a campaign
 */
export function readCampaign(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Campaign;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}`, {
        ...opts
    }));
}
/**
 * Change a campaign, also while it runs; settings apply from the next attempt on
 */
export function updateCampaign(id: string, campaignUpdate: CampaignUpdate, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Campaign;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}`, oazapfts.json({
        ...opts,
        method: "PATCH",
        body: campaignUpdate
    })));
}
/**
 * Archive a campaign: it leaves the list and can no longer be changed
 */
export function archiveCampaign(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}`, {
        ...opts,
        method: "DELETE"
    }));
}
/**
 * What a campaign is doing now, from its workflow
 */
export function readProgress(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: CampaignProgress;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}/progress`, {
        ...opts
    }));
}
/**
 * What has come of a campaign's calls; days are those of the workspace's zone
 */
export function readMetrics(id: string, { $from, to }: {
    $from?: string;
    to?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Metrics;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}/metrics${QS.query(QS.explode({
        "from": $from,
        to
    }))}`, {
        ...opts
    }));
}
/**
 * What has come of all campaigns' calls; days are those of the workspace's zone
 */
export function readWorkspaceMetrics({ $from, to }: {
    $from?: string;
    to?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: WorkspaceMetrics;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/metrics${QS.query(QS.explode({
        "from": $from,
        to
    }))}`, {
        ...opts
    }));
}
/**
 * List a campaign's calls, latest first
 */
export function listCampaignCalls(id: string, { status, reach, disposition, direction, kind, $from, to, q, cursor, limit }: {
    status?: CallStatus;
    reach?: Reach;
    disposition?: Disposition;
    direction?: Direction;
    kind?: CallKind;
    $from?: string;
    to?: string;
    q?: string;
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: CallPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}/calls${QS.query(QS.explode({
        status,
        reach,
        disposition,
        direction,
        kind,
        "from": $from,
        to,
        q,
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * Start a campaign, now or at a set time, with or without a set end; a scheduled one may be given other times
 */
export function startCampaign(id: string, campaignStart?: CampaignStart, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: Campaign;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}/start`, oazapfts.json({
        ...opts,
        method: "POST",
        body: campaignStart
    })));
}
/**
 * Pause a campaign: no call is placed once this has answered; calls under way go on
 */
export function pauseCampaign(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: CampaignInFlight;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}/pause`, {
        ...opts,
        method: "POST"
    }));
}
/**
 * Resume a paused campaign; one that was paused before its set time waits for it again
 */
export function resumeCampaign(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: Campaign;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}/resume`, {
        ...opts,
        method: "POST"
    }));
}
/**
 * Stop a campaign for good: no call is placed once this has answered; calls under way go on
 */
export function stopCampaign(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: CampaignInFlight;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}/stop`, {
        ...opts,
        method: "POST"
    }));
}
/**
 * A campaign's calls or leads, streamed
 */
export function exportCampaignCsv(id: string, { what }: {
    what?: "calls" | "leads";
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: string;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}/export.csv${QS.query(QS.explode({
        what
    }))}`, {
        ...opts
    }));
}
/**
 * A campaign's calls or leads, streamed
 */
export function exportCampaignNdjson(id: string, { what }: {
    what?: "calls" | "leads";
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Call | Lead;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}/export.ndjson${QS.query(QS.explode({
        what
    }))}`, {
        ...opts
    }));
}
/**
 * Add leads; one bad lead never rejects the rest
 */
export function addLeads(id: string, leadsAdd: LeadsAdd, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: LeadsAdded;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}/leads`, oazapfts.json({
        ...opts,
        method: "POST",
        body: leadsAdd
    })));
}
/**
 * List a campaign's leads, in the order in which they were added
 */
export function listLeads(id: string, { state, reach, hold, outcome, q, cursor, limit }: {
    state?: LeadState;
    reach?: Reach & unknown;
    hold?: string;
    outcome?: string;
    q?: string;
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: LeadPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}/leads${QS.query(QS.explode({
        state,
        reach,
        hold,
        outcome,
        q,
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * Import leads from CSV, streamed; one bad row never rejects the rest
 */
export function importLeads(id: string, body: {
    /** As the parameter, and up to 64 KiB; before the file */
    mapping?: string;
    file: Blob;
}, { mapping }: {
    mapping?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: LeadsImported;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/campaigns/${encodeURIComponent(id)}/leads/import${QS.query(QS.explode({
        mapping
    }))}`, oazapfts.multipart({
        ...opts,
        method: "POST",
        body
    })));
}
/**
 * What an import would take the columns of a header for; nothing is stored
 */
export function readColumns(columnsInput: ColumnsInput, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ColumnsRead;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/leads/columns", oazapfts.json({
        ...opts,
        method: "POST",
        body: columnsInput
    })));
}
/**
 * Find leads of every campaign, the one added last first
 */
export function searchLeads(q: string, { cursor, limit }: {
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: FoundLeadPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/leads${QS.query(QS.explode({
        q,
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * Read a lead
 */
export function readLead(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Lead;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/leads/${encodeURIComponent(id)}`, {
        ...opts
    }));
}
/**
 * Correct a lead
 */
export function updateLead(id: string, leadUpdate: LeadUpdate, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Lead;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/leads/${encodeURIComponent(id)}`, oazapfts.json({
        ...opts,
        method: "PATCH",
        body: leadUpdate
    })));
}
/**
 * Why the lead is not being called now, and when it can be
 */
export function readWhy(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: LeadWhy;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/leads/${encodeURIComponent(id)}/why`, {
        ...opts
    }));
}
/**
 * List what follows a lead's calls, in the order in which it was planned
 */
export function listLeadFollowUps(id: string, { cursor, limit }: {
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: FollowUpPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/leads/${encodeURIComponent(id)}/follow-ups${QS.query(QS.explode({
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * What happened to a lead: calls, texts, mails, follow-ups and decisions in one list, latest first
 */
export function readTimeline(id: string, { cursor, limit }: {
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Timeline;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/leads/${encodeURIComponent(id)}/timeline${QS.query(QS.explode({
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * Have a lead called now, in whatever state it is; refused, not queued, while any rule holds it
 */
export function callLeadNow(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: CallRequested;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/leads/${encodeURIComponent(id)}/call-now`, {
        ...opts,
        method: "POST"
    }));
}
/**
 * Place a one-off call, through the same gate; refused, not queued, while any rule holds it
 */
export function placeCall(callPlace: CallPlace, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: Call;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/calls", oazapfts.json({
        ...opts,
        method: "POST",
        body: callPlace
    })));
}
/**
 * List calls, latest first
 */
export function listCalls({ attribution, campaign, lead, agent, single, ids, status, reach, disposition, direction, kind, $from, to, q, cursor, limit }: {
    attribution?: AttributionState;
    campaign?: string;
    lead?: string;
    agent?: string;
    single?: "true" | "false";
    ids?: string;
    status?: CallStatus;
    reach?: Reach;
    disposition?: Disposition;
    direction?: Direction;
    kind?: CallKind;
    $from?: string;
    to?: string;
    q?: string;
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: CallPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/calls${QS.query(QS.explode({
        attribution,
        campaign,
        lead,
        agent,
        single,
        ids,
        status,
        reach,
        disposition,
        direction,
        kind,
        "from": $from,
        to,
        q,
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * Calls under way, the longest first
 */
export function listLiveCalls(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: CallPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/calls/live", {
        ...opts
    }));
}
/**
 * Read a call with its transcript, its analysis and the decision it was placed on
 */
export function readCall(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: CallDetail;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/calls/${encodeURIComponent(id)}`, {
        ...opts
    }));
}
/**
 * Say what came of a call; a person outranks every rule
 */
export function updateCall(id: string, callUpdate: CallUpdate, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: CallDetail;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/calls/${encodeURIComponent(id)}`, oazapfts.json({
        ...opts,
        method: "PATCH",
        body: callUpdate
    })));
}
/**
 * What happened to a call, and the webhooks about it, oldest first
 */
export function readCallTimeline(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: CallTimeline;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/calls/${encodeURIComponent(id)}/timeline`, {
        ...opts
    }));
}
/**
 * Say whose call it was; its number is remembered, and its other calls without a lead follow
 */
export function attributeCall(id: string, callAttribution: CallAttribution, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: CallDetail;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/calls/${encodeURIComponent(id)}/attribute`, oazapfts.json({
        ...opts,
        method: "POST",
        body: callAttribution
    })));
}
/**
 * End a call under way; its outcome comes as it does for every call
 */
export function endCall(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: LiveDone;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/calls/${encodeURIComponent(id)}/end`, {
        ...opts,
        method: "POST"
    }));
}
/**
 * Let the agent of a call under way know something, unheard by the person
 */
export function sendCallContext(id: string, contextSend: ContextSend, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: LiveDone;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/calls/${encodeURIComponent(id)}/context`, oazapfts.json({
        ...opts,
        method: "POST",
        body: contextSend
    })));
}
/**
 * Hand a call under way to a person; the agent must have the tool transfer_to_number
 */
export function transferCall(id: string, transferStart: TransferStart, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: LiveDone;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/calls/${encodeURIComponent(id)}/transfer`, oazapfts.json({
        ...opts,
        method: "POST",
        body: transferStart
    })));
}
/**
 * The recording of a call, whole or in part
 */
export function readCallAudio(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Blob;
    } | {
        status: 206;
        data: Blob;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 416;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/calls/${encodeURIComponent(id)}/audio`, {
        ...opts
    }));
}
/**
 * Walk the provider's list of conversations into the database
 */
export function syncConversations(conversationSyncInput?: ConversationSyncInput, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ConversationSync;
    } | {
        status: 202;
        data: ConversationSync;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/conversations/sync", oazapfts.json({
        ...opts,
        method: "POST",
        body: conversationSyncInput
    })));
}
/**
 * A walk over the provider's list of conversations, and how far it has come
 */
export function readSync(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: ConversationSync;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/conversations/sync/${encodeURIComponent(id)}`, {
        ...opts
    }));
}
/**
 * Send a text; refused when the contact opted out, and in quiet hours unless it may wait
 */
export function sendMessage(messageSend: MessageSend, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: Message;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/messages", oazapfts.json({
        ...opts,
        method: "POST",
        body: messageSend
    })));
}
/**
 * List texts and mails, latest first
 */
export function listMessages({ leadId, phone, direction, status, cursor, limit }: {
    leadId?: string;
    phone?: string;
    direction?: Direction;
    status?: MessageStatus;
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: MessagePage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/messages${QS.query(QS.explode({
        leadId,
        phone,
        direction,
        status,
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * List the numbers that were written with, each with its latest text or mail, latest first
 */
export function listThreads({ direction, cursor, limit }: {
    direction?: Direction & unknown;
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: MessageThreadPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/messages/threads${QS.query(QS.explode({
        direction,
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * Read a text or mail, with every lead of its number
 */
export function readMessage(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: MessageDetail;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/messages/${encodeURIComponent(id)}`, {
        ...opts
    }));
}
/**
 * List the numbers that must not be called, by number
 */
export function listOptOuts({ q, cursor, limit }: {
    q?: string;
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: OptOutPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/opt-outs${QS.query(QS.explode({
        q,
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * Add a number that must not be called; no call to it is placed once this has answered
 */
export function addOptOut(optOutAdd: OptOutAdd, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: OptOutAdded;
    } | {
        status: 201;
        data: OptOutAdded;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/opt-outs", oazapfts.json({
        ...opts,
        method: "POST",
        body: optOutAdd
    })));
}
/**
 * Take a number off the list; only an admin may, since it can be called again
 */
export function removeOptOut(phone: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/opt-outs/${encodeURIComponent(phone)}`, {
        ...opts,
        method: "DELETE"
    }));
}
/**
 * List what needs a person, newest first
 */
export function listAttention({ cursor, limit }: {
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: AttentionPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/attention${QS.query(QS.explode({
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * Say what became of a call that could not be accounted for; its lead goes on from there
 */
export function settleAttention(id: string, settlement: Settlement, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: SettledCall;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/attention/${encodeURIComponent(id)}/settle`, oazapfts.json({
        ...opts,
        method: "POST",
        body: settlement
    })));
}
/**
 * What happens, as it happens (server-sent events)
 */
export function streamEvents({ campaign, lead, after, lastEventId }: {
    campaign?: string;
    lead?: string;
    after?: string;
    lastEventId?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: StreamEvent;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/stream${QS.query(QS.explode({
        campaign,
        lead,
        after
    }))}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "last-event-id": lastEventId
        })
    }));
}
/**
 * List the provider's agents
 */
export function listAgents(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: AgentPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/agents", {
        ...opts
    }));
}
/**
 * The same figures for two agents or versions of one, over the newest 1,000 calls of each
 */
export function compareAgents(left: string, right: string, { $from, to }: {
    $from?: string;
    to?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Comparison;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/agents/compare${QS.query(QS.explode({
        left,
        right,
        "from": $from,
        to
    }))}`, {
        ...opts
    }));
}
/**
 * Read an agent as its provider keeps it, with what may be overridden
 */
export function readAgent(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: AgentDetail;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/agents/${encodeURIComponent(id)}`, {
        ...opts
    }));
}
/**
 * An agent's labelled versions that were talked to in the browser, the newest 100
 */
export function listAgentVersions(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: AgentVersionPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/agents/${encodeURIComponent(id)}/versions`, {
        ...opts
    }));
}
/**
 * Start a talk with an agent in the browser: all that the official browser client needs, and no key
 */
export function startSession(id: string, sessionStart?: SessionStart, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: StartedSession;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/agents/${encodeURIComponent(id)}/session`, oazapfts.json({
        ...opts,
        method: "POST",
        body: sessionStart
    })));
}
/**
 * Say which of the provider's conversations a browser session became
 */
export function tieSession(id: string, sessionConversation: SessionConversation, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Session;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/sessions/${encodeURIComponent(id)}/conversation`, oazapfts.json({
        ...opts,
        method: "POST",
        body: sessionConversation
    })));
}
/**
 * Say how a browser session sounded, and what was really said in it
 */
export function updateSession(id: string, sessionUpdate: SessionUpdate, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Session;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/sessions/${encodeURIComponent(id)}`, oazapfts.json({
        ...opts,
        method: "PATCH",
        body: sessionUpdate
    })));
}
/**
 * The rules for one-off calls
 */
export function readSingleCallSettings(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: SingleCallSettings;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/settings/single-calls", {
        ...opts
    }));
}
/**
 * Change the rules for one-off calls, from the next one on
 */
export function updateSingleCallSettings(singleCallSettingsInput: SingleCallSettingsInput, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: SingleCallSettings;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/settings/single-calls", oazapfts.json({
        ...opts,
        method: "PATCH",
        body: singleCallSettingsInput
    })));
}
/**
 * What an opt-out does beside keeping everybody from calling
 */
export function readOptOutSettings(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: OptOutSettings;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/settings/opt-outs", {
        ...opts
    }));
}
/**
 * Change what an opt-out does, from the next one on
 */
export function updateOptOutSettings(optOutSettings: OptOutSettings, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: OptOutSettings;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/settings/opt-outs", oazapfts.json({
        ...opts,
        method: "PATCH",
        body: optOutSettings
    })));
}
/**
 * List the provider's phone numbers, and warn of those whose texts would not arrive here
 */
export function listPhoneNumbers(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: PhoneNumberPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/phone-numbers", {
        ...opts
    }));
}
/**
 * How campaigns' calls from each of our numbers go today, against the seven days before
 */
export function readNumberHealth(opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: NumberHealthPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/phone-numbers/health", {
        ...opts
    }));
}
/**
 * Search the provider's voices
 */
export function listVoices({ search, cursor, limit }: {
    search?: string;
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: VoicePage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/voices${QS.query(QS.explode({
        search,
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * Hear a text in a voice; the provider charges for it
 */
export function sampleVoice(id: string, voiceSample: VoiceSample, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Blob;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/voices/${encodeURIComponent(id)}/sample`, oazapfts.json({
        ...opts,
        method: "POST",
        body: voiceSample
    })));
}
/**
 * Subscribe an address to events; the answer holds the secret that its receiver verifies with
 */
export function createWebhook(webhookCreate: WebhookCreate, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 201;
        data: WebhookCreated;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/api/webhooks", oazapfts.json({
        ...opts,
        method: "POST",
        body: webhookCreate
    })));
}
/**
 * List the subscriptions, newest first
 */
export function listWebhooks({ cursor, limit }: {
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: WebhookPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/webhooks${QS.query(QS.explode({
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * Change a subscription, disable it, or take a disabled one up again
 */
export function updateWebhook(id: string, webhookUpdate: WebhookUpdate, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: Webhook;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/webhooks/${encodeURIComponent(id)}`, oazapfts.json({
        ...opts,
        method: "PATCH",
        body: webhookUpdate
    })));
}
/**
 * End a subscription; what was not delivered yet is not sent
 */
export function removeWebhook(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/webhooks/${encodeURIComponent(id)}`, {
        ...opts,
        method: "DELETE"
    }));
}
/**
 * Make a new secret; for a while everything is signed with the old one too
 */
export function rotateWebhook(id: string, webhookRotate?: WebhookRotate, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: WebhookRotated;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/webhooks/${encodeURIComponent(id)}/rotate`, oazapfts.json({
        ...opts,
        method: "POST",
        body: webhookRotate
    })));
}
/**
 * List a subscription's deliveries, latest first
 */
export function listDeliveries(id: string, { status, cursor, limit }: {
    status?: DeliveryStatus;
    cursor?: string;
    limit?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: DeliveryPage;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/webhooks/${encodeURIComponent(id)}/deliveries${QS.query(QS.explode({
        status,
        cursor,
        limit
    }))}`, {
        ...opts
    }));
}
/**
 * Read a delivery: what is sent, and how every attempt went
 */
export function readDelivery(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: DeliveryDetail;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/webhooks/deliveries/${encodeURIComponent(id)}`, {
        ...opts
    }));
}
/**
 * Send a delivery now, under the id that its receiver knows, whatever became of it before
 */
export function retryDelivery(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: Delivery;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/webhooks/deliveries/${encodeURIComponent(id)}/retry`, {
        ...opts,
        method: "POST"
    }));
}
/**
 * Send everything of a time again, also what was missed while the subscription was disabled
 */
export function replayWebhook(id: string, webhookReplay: WebhookReplay, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 202;
        data: WebhookReplayed;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/api/webhooks/${encodeURIComponent(id)}/replay`, oazapfts.json({
        ...opts,
        method: "POST",
        body: webhookReplay
    })));
}
/**
 * Every event of ElevenLabs, signed in the header ElevenLabs-Signature
 */
export function receiveElevenLabs(body: object, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: WebhookReceived;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/webhooks/elevenlabs", oazapfts.json({
        ...opts,
        method: "POST",
        body
    })));
}
/**
 * Who calls: variables for an inbound call, within half a second
 */
export function answerInitiation(body: object, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: CallInitiation;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    }>("/webhooks/elevenlabs/initiation", oazapfts.json({
        ...opts,
        method: "POST",
        body
    })));
}
/**
 * A text from a person, signed in the header X-Twilio-Signature for the public address
 */
export function receiveTexts(body: {
    MessageSid: string;
    From: string;
    To: string;
    Body?: string;
    NumMedia?: string;
    OptOutType?: "STOP" | "START" | "HELP";
}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 200;
        data: string;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/webhooks/twilio/sms", oazapfts.form({
        ...opts,
        method: "POST",
        body
    })));
}
/**
 * What became of a text that was sent, signed in the header X-Twilio-Signature
 */
export function receiveTextStatus(body: {
    MessageSid?: string;
    MessageStatus?: string;
    ErrorCode?: string;
    To?: string;
    From?: string;
}, { message }: {
    message?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.ok(oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 408;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/webhooks/twilio/status${QS.query(QS.explode({
        message
    }))}`, oazapfts.form({
        ...opts,
        method: "POST",
        body
    })));
}
export const apiRoleValues = ["viewer","operator","admin"] as const satisfies readonly ApiRole[];
export const campaignStatusValues = ["draft","scheduled","running","paused","completed","stopped"] as const satisfies readonly CampaignStatus[];
export const campaignStageValues = ["draft","scheduled","running","paused","completed","stopped","stopping"] as const satisfies readonly CampaignStage[];
export const leadOutcomeValues = ["converted","answered","opted_out","replied","attempts_spent","not_retried","refused","unknown","stopped","ended"] as const satisfies readonly LeadOutcome[];
export const holdRuleValues = ["campaign_running","campaign_end","lead_open","opt_out","replied","attempts","spend_limit","window","contact_live","contact_gap","contact_day","contact_week","workspace_lines","campaign_lines","pace","retry","callback"] as const satisfies readonly HoldRule[];
export const dispositionValues = ["converted","qualified","callback_requested","not_interested","opted_out","wrong_person","none"] as const satisfies readonly Disposition[];
export const directionValues = ["outbound","inbound"] as const satisfies readonly Direction[];
export const callKindValues = ["phone","browser"] as const satisfies readonly CallKind[];
export const callStatusValues = ["dialling","ringing","in_progress","ended"] as const satisfies readonly CallStatus[];
export const reachValues = ["answered","voicemail","no_answer","busy","failed","not_placed","unknown"] as const satisfies readonly Reach[];
export const attributionValues = ["dial","variables","call_sid","number","alias","person"] as const satisfies readonly Attribution[];
export const sentimentValues = ["positive","neutral","negative"] as const satisfies readonly Sentiment[];
export const callSourceValues = ["webhook","poll","reconciled","person"] as const satisfies readonly CallSource[];
export const hangUpReasonValues = ["opt_out","overdue"] as const satisfies readonly HangUpReason[];
export const leadStateValues = ["waiting","queued","calling","backing_off","finished"] as const satisfies readonly LeadState[];
export const followUpChannelValues = ["sms","email","webhook"] as const satisfies readonly FollowUpChannel[];
export const followUpStatusValues = ["planned","done","skipped","failed"] as const satisfies readonly FollowUpStatus[];
export const eventTypeValues = ["call.ended","call.marked","call.attributed","lead.finished","lead.replied","lead.converted","message.received","message.sent","message.delivered","message.failed","contact.opted_out","contact.opted_in","follow_up.done","follow_up.skipped","follow_up.failed","campaign.started","campaign.paused","campaign.resumed","campaign.stopped","campaign.ended","campaign.completed","call.started","call.placed","call.updated","call.context_sent","call.overdue","call.settled","call.hang_up_requested","call.hang_up_failed","conversation.stored","lead.held","lead.backing_off","lead.changed","lead.restarted","lead.call_requested","leads.added","message.scheduled","follow_up.planned","delivery.delivered","delivery.failed","endpoint.disabled","campaign.created","campaign.changed","campaign.scheduled","campaign.reopened","campaign.archived"] as const satisfies readonly EventType[];
export const messageChannelValues = ["sms","email"] as const satisfies readonly MessageChannel[];
export const messageStatusValues = ["scheduled","sending","sent","delivered","undelivered","failed","refused","unknown","received"] as const satisfies readonly MessageStatus[];
export const messageSourceValues = ["person","follow_up","auto_reply","agent","contact"] as const satisfies readonly MessageSource[];
export const deliveryStatusValues = ["pending","delivered","failed"] as const satisfies readonly DeliveryStatus[];
export const gateVerdictValues = ["go","wait","never"] as const satisfies readonly GateVerdict[];
export const gateRuleValues = ["campaign_running","campaign_end","lead_open","opt_out","replied","attempts","spend_limit","window","contact_live","contact_gap","contact_day","contact_week","workspace_lines","campaign_lines","pace"] as const satisfies readonly GateRule[];
export const attributionStateValues = ["attributed","unattributed"] as const satisfies readonly AttributionState[];
export const conversionJudgeValues = ["rule","person"] as const satisfies readonly ConversionJudge[];
export const speakerValues = ["user","agent"] as const satisfies readonly Speaker[];
export const textEncodingValues = ["GSM-7","UCS-2"] as const satisfies readonly TextEncoding[];
export const optOutSourceValues = ["api","call","message"] as const satisfies readonly OptOutSource[];
export const attentionKindValues = ["unknown_call","unmatched_webhook","campaign_fault","spend_limit_reached","unknown_message","failed_follow_up","failed_reply","disabled_webhook","unended_call","failing_sweep"] as const satisfies readonly AttentionKind[];
export const settlementWordValues = ["placed","not_placed","answered","no_answer"] as const satisfies readonly SettlementWord[];
export const numberStateValues = ["failing","falling","healthy","unused"] as const satisfies readonly NumberState[];
export const subscribedEventTypeValues = ["*","call.ended","call.marked","call.attributed","lead.finished","lead.replied","lead.converted","message.received","message.sent","message.delivered","message.failed","contact.opted_out","contact.opted_in","follow_up.done","follow_up.skipped","follow_up.failed","campaign.started","campaign.paused","campaign.resumed","campaign.stopped","campaign.ended","campaign.completed"] as const satisfies readonly SubscribedEventType[];
