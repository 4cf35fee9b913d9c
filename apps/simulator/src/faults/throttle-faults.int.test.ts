import { testFaults } from './test-faults.ts'
import { throttleFaults } from './throttle-faults.ts'

testFaults(throttleFaults, {
  'af429-in-403': '403 AF429',
  'af429-in-429': '429 AF429',
  'af429-retry-after-seconds': '403 AF429 Retry-After 2',
  'af429-retry-after-date': '403 AF429 Retry-After Mon, 11 Mar 2024 12:00:02 GMT',
  'http-429': '429 <html>',
})
