import { describe, expect, test } from 'vitest'
import { parseClientList } from './parse-client-list.ts'

const parse = (text: string): ReturnType<typeof parseClientList> => parseClientList(Buffer.from(text))

test('rows come with their line and the cells of the columns there are', () => {
  expect(parse('tenant_id, Display_Name\r\na,"Contoso, Ltd"\r\n\r\n b ,\r\n')).toEqual([
    { line: 2, cells: { tenant_id: 'a', display_name: 'Contoso, Ltd' }, faults: [] },
    { line: 4, cells: { tenant_id: 'b', display_name: '' }, faults: [] },
  ])
})

test('the mark that Excel puts first, and the empty rows it leaves, are no part of the list', () => {
  expect(parse('\uFEFFtenant_id,tags\na,x\n,\n,\n').map(({ cells }) => cells)).toEqual([{ tenant_id: 'a', tags: 'x' }])
})

test('a row with more or fewer cells than the header says so', () => {
  expect(parse('tenant_id,tags\na\nb,x,y\nc,x').map(({ faults }) => faults)).toEqual([
    ['has 1 cells where the header has 2'],
    ['has 3 cells where the header has 2'],
    [],
  ])
})

describe('a list that cannot be read', () => {
  test.each([
    { title: 'is empty', text: '', says: ['empty'] },
    {
      title: 'has unknown and repeated columns, and not the one it needs',
      text: 'tenant,name,tags,tags\n',
      says: ['"tenant"', '"name"', '"tags" is there twice', '"tenant_id" is missing', 'the columns are tenant_id'],
    },
    { title: 'has semicolons for commas', text: 'tenant_id;display_name\n', says: ['commas separate columns'] },
    { title: 'has a quote that is not closed', text: 'tenant_id,credential\na,"canary\nb,c\n', says: ['line', 'quotes'] },
    { title: 'has a quote within a cell', text: 'tenant_id,credential\na,canary"\n', says: ['line 2', 'quotes'] },
  ])('because it $title names every reason and repeats no cell', ({ text, says }) => {
    const error = failureOf(Buffer.from(text))
    expect(error).toMatchObject({ code: 'CLIENT_LIST_INVALID' })
    for (const part of says) expect(String(error)).toContain(part)
    expect(String(error)).not.toContain('canary')
  })

  test('because it is in another encoding says how to save it', () => {
    expect(String(failureOf(Buffer.from('tenant_id,display_name\na,Praxis Müller\n', 'latin1')))).toContain('CSV UTF-8')
  })
})

function failureOf(bytes: Uint8Array): unknown {
  try {
    return parseClientList(bytes)
  } catch (error) {
    return error
  }
}
