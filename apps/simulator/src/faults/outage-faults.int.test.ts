import { outageFaults } from './outage-faults.ts'
import { testFaults } from './test-faults.ts'

testFaults(outageFaults, {
  'af50000-internal-error': '500 AF50000',
  'af50000-retry-in-an-hour': '500 AF50000',
  'af50005-internal-error': '500 AF50005',
  'af50006-internal-error': '500 AF50006',
  'http-408-html': '408 <html>',
  'http-408-empty': '408 ',
  'http-500-html': '500 <html>',
  'http-500-empty': '500 ',
  'http-502-html': '502 <html>',
  'http-502-empty': '502 ',
  'http-503-html': '503 <html>',
  'http-503-empty': '503 ',
  'http-504-html': '504 <html>',
  'http-504-empty': '504 ',
  'http-404-html': '404 <html>',
  'http-404-content': '404 <html>',
  'gateway-403': '403 <html>',
  'html-with-200': '200 <html>',
  'error-object-with-200': '200 AF50000',
  'error-body-truncated': '500 {"error":{"code":"AF500',
  'unauthorized-without-code': '401 Authorization has been denied for this request.',
  'redirect-to-foreign-host': '302 foreign',
  'connection-reset': 'ECONNRESET',
  'slow-answer': {
    fault: { seconds: 0.2 },
    see: async (world) => {
      const before = performance.now()
      await world.feed('subscriptions/list')
      return performance.now() - before > 190
    },
    seen: true,
  },
})
