import type { OtherRoute } from './answer.ts'

/** Ways to mail that leave no MailItemsAccessed record. None of their logs is collected, so nothing is said of them. */
export const otherRoutes: readonly OtherRoute[] = [
  'eDiscovery searches and exports',
  'message preview by administrators (AdminMailAccess)',
  'forwarding and inbox rules',
  'mailbox export and migration',
].map((route) => ({ route, state: 'not collected' }))
