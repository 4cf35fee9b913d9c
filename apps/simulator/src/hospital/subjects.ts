import type { Random } from '../random.ts'

const topics = [
  'Lab results',
  'Referral',
  'Discharge summary',
  'Appointment',
  'MRI report',
  'Prescription renewal',
  'Insurance claim',
  'Consent form',
  'Shift plan',
  'Invoice',
  'Patient transfer',
  'Vaccination record',
  'Budget meeting',
  'Ward round',
  'Allergy note',
  'Pathology report',
] as const

/** Subjects that are hard on whoever prints, sorts or exports them. */
const awkward = [
  'Résultats d’analyses – Hélène Müller',
  'نتائج المختبر للمريض',
  'דו"ח מעבדה דחוף',
  '検査結果のご案内',
  '💉 Flu shots tomorrow 🏥',
  "=cmd|' /C calc'!A0",
  '+1 555 0100 called back',
  '@SUM(A1:A9) budget',
  '<script>alert("x")</script> newsletter',
  'Quotes "inside", commas, and; semicolons',
  'Right-to-left \u202Eoverride',
  'About the operation "MailItemsAccessed" in our audit log',
  '{"Operation":"MailItemsAccessed"}',
  '',
] as const

export function writeSubject(random: Random): string {
  if (random.chance(0.06)) return random.pick(awkward)
  const subject = `${random.pick(topics)} ${random.pick(['', 'for', 're'])} ${random.hex(4).toUpperCase()}`.replaceAll(/ +/g, ' ')
  return random.chance(0.25) ? `RE: ${subject}` : subject
}
