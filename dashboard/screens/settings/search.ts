import { type DeliveryStatus, deliveryStatusValues } from '../../client/generated.ts';
import { oneOf, type RawSearch, textOf } from '../../format/search.ts';

const SETTINGS_TABS = ['health', 'keys', 'webhooks'] as const;

interface SettingsSearch {
  tab?: (typeof SETTINGS_TABS)[number] | undefined;
  endpoint?: string | undefined;
  status?: DeliveryStatus | undefined;
  delivery?: string | undefined;
}

/** `endpoint`: the webhook whose deliveries are listed; `status`: their filter; `delivery`: the open one. */
export function settingsSearch(raw: RawSearch): SettingsSearch {
  return {
    tab: oneOf(raw.tab, SETTINGS_TABS),
    endpoint: textOf(raw.endpoint),
    status: oneOf(raw.status, deliveryStatusValues),
    delivery: textOf(raw.delivery),
  };
}
