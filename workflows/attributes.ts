import { defineSearchAttributeKey } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '#domain/ids.ts';

export const campaignKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.campaign, 'KEYWORD');
export const stateKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.state, 'KEYWORD');
