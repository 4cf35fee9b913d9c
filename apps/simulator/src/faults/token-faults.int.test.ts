import { expect } from 'vitest'
import { type TestWorld, tenantId } from '../test-world.ts'
import { shown } from './see-fault.ts'
import { testFaults } from './test-faults.ts'
import { tokenFaults } from './token-faults.ts'

testFaults(tokenFaults, {
  'token-app-unknown': '400 unauthorized_client 700016',
  'token-secret-wrong': '401 invalid_client 7000215',
  'token-secret-expired': '401 invalid_client 7000222',
  'token-assertion-invalid': '401 invalid_client 700027',
  'token-consent-missing': '400 invalid_grant 65001',
  'token-consent-stale': '400 invalid_client 650051',
  'token-tenant-unknown': '400 invalid_request 90002',
  'token-throttled': '429 temporarily_unavailable Retry-After 2',
  'token-unavailable': '503 <html>',
  'token-without-role': { see: async (world) => shown(await world.list()), seen: '401 AF10001' },
  'token-expires-early': {
    fault: { seconds: 0 },
    see: async (world) => [(await world.token()).json(), (await world.list()).status],
    seen: [expect.objectContaining({ expires_in: 3599 }), 401],
  },
  'token-refused-once': {
    see: async (world) => [(await world.list()).status, (await world.fetch('c1')).status, await withNewToken(world)],
    seen: [401, 401, 200],
  },
})

async function withNewToken({ client, ...running }: TestWorld): Promise<number> {
  const { access_token: token } = (await running.token()).json<{ access_token: string }>()
  return (await client.call(`/api/v1.0/${tenantId}/activity/feed/subscriptions/list`, { headers: { authorization: `Bearer ${token}` } }))
    .status
}
