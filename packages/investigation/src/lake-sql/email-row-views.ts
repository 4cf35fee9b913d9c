import { choose, coalesce, concat, equals, isGiven, isMissing, lower, missingText, or, placeholder, saneTime, text } from './functions.ts'
import { bareId, digest, isObject, member, parsed, textOf, utcTime, wordOf } from './record-functions.ts'
import type { View } from './relation.ts'
import { column, type Spelling, verbatim } from './spelling.ts'
import { desc, extend, number, relation, select, where } from './steps.ts'

const json = column('j')
const row = column('p')
const emailEventsTable: Spelling = { duckdb: 'email_events', trino: '{{tables}}.email_events', kql: "external_table('email_events')" }

const emailLines: View = {
  name: 'email_lines',
  comment: 'All EmailEvents rows of the tenant, as imported.',
  ...relation(
    { table: emailEventsTable },
    select(['tenant', 'line']),
    where(equals(column('tenant'), placeholder('tenant'))),
    select(['line']),
  ),
}

const emailRows: View = {
  name: 'email_rows',
  isStored: true,
  comment: 'One row a message and recipient is the latest, for a row is repeated whenever its verdict or location changes.',
  ...relation(
    'email_lines',
    extend({ j: parsed(column('line')) }),
    where(isObject(json)),
    extend({ row_tenant: lower(textOf(json, 'tenantId')), properties: member(json, 'properties') }),
    where(or(isMissing(column('row_tenant')), equals(column('row_tenant'), placeholder('tenant')))),
    extend({ p: choose(isObject(column('properties')), column('properties'), json) }),
    extend({
      network_message_id: textOf(row, 'NetworkMessageId'),
      message_id: bareId(textOf(row, 'InternetMessageId')),
      sender_from: wordOf(row, 'SenderFromAddress'),
      sender_mail_from: wordOf(row, 'SenderMailFromAddress'),
      recipient: wordOf(row, 'RecipientEmailAddress'),
      subject: textOf(row, 'Subject'),
      direction: wordOf(row, 'EmailDirection'),
      sent_text: textOf(row, 'Timestamp'),
      streamed_text: textOf(json, 'time'),
      report_id: textOf(row, 'ReportId'),
    }),
    extend({ sent_time: utcTime(column('sent_text')), streamed_time: utcTime(column('streamed_text')) }),
    extend({
      message_key: coalesce(
        lower(column('network_message_id')),
        choose(isGiven(column('message_id')), concat(text('id:'), column('message_id')), missingText),
        concat(text('line:'), digest(column('line'))),
      ),
      time: saneTime(column('sent_time')),
      streamed: saneTime(column('streamed_time')),
    }),
    number('delivery', ['message_key', 'recipient'], [desc('time'), desc('streamed'), desc('report_id')]),
    extend({ is_latest: equals(column('delivery'), verbatim('1')) }),
    select([
      'message_key',
      'network_message_id',
      'message_id',
      'sender_from',
      'sender_mail_from',
      'recipient',
      'subject',
      'direction',
      'time',
      'streamed',
      'report_id',
      'is_latest',
    ]),
  ),
}

/** EmailEvents as imported, and which row of a message and recipient is the latest. */
export const emailRowViews: readonly View[] = [emailLines, emailRows]
