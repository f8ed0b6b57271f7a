import { useNavigate } from '@tanstack/react-router';
import type { LaunchStep } from './search.ts';

export function useGoTo(): (step: LaunchStep, campaignId: string) => void {
  const navigate = useNavigate();
  return (step, campaign) => void navigate({ to: '/launch', search: { campaign, step } });
}
