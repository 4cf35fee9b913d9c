import { refusalFaults } from './refusal-faults.ts'
import { testFaults } from './test-faults.ts'

testFaults(refusalFaults, {
  'af10001-permission-missing': '401 AF10001',
  'af20001-parameter-missing': '400 AF20001',
  'af20002-parameter-type': '400 AF20002',
  'af20003-webhook-expired': '400 AF20003',
  'af20010-tenant-mismatch': '400 AF20010',
  'af20011-tenant-unknown': '400 AF20011',
  'af20012-tenant-misconfigured': '400 AF20012',
  'af20013-tenant-not-a-guid': '400 AF20013',
  'af20020-content-type-invalid': '400 AF20020',
  'af20021-webhook-not-validated': '400 AF20021',
  'af20022-no-subscription': '400 AF20022',
  'af20023-subscription-disabled': '400 AF20023',
  'af20030-time-range': '400 AF20030',
  'af20050-content-missing': '404 AF20050',
  'af20051-content-expired': '400 AF20051',
  'af20052-content-id-invalid': '400 AF20052',
  'af20053-languages': '400 AF20053',
  'af20054-language-syntax': '400 AF20054',
  'af20055-time-range': '400 AF20055',
})
