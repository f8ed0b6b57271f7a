/** Groups the digits of an E.164 number; returns anything else unchanged. */
export function formatPhone(phone: string | null): string {
  if (phone === null) return 'unknown number';
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phone);
  if (american) return `+1 ${american[1]} ${american[2]} ${american[3]}`;
  const other = /^\+(\d{2})(\d{3,4})(\d+)$/.exec(phone);
  return other ? `+${other[1]} ${other[2]} ${other[3]}` : phone;
}
