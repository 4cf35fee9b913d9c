import type { Random } from '../random.ts'

/** A tenant of the story and the people in it. */
export interface CastTenant {
  readonly tenantId: string
  readonly displayName: string
  readonly domain: string
  readonly clientId: string
  readonly clientSecret: string
  readonly publisherId: string
  readonly mailboxes: readonly Mailbox[]
}

export interface Mailbox {
  readonly upn: string
  readonly displayName: string
  readonly guid: string
  readonly sid: string
  readonly userKey: string
  /** Where its owner works, v4 or v6. */
  readonly address: string
  readonly program: Program
  readonly inbox: string
}

/** What the owner reads mail with. `rest` reaches Exchange from Exchange Online's own addresses. */
export type Program = 'outlook' | 'owa' | 'mobile' | 'rest'

export interface Cast {
  readonly hospital: CastTenant
  readonly clinic: CastTenant
  /** The mailbox the intruder reads. */
  readonly victim: Mailbox
  /** The mailbox its own application floods. */
  readonly flooded: Mailbox
  /** A mailbox some of whose records have no usable address. */
  readonly unaddressed: Mailbox
}

const hospitalNames =
  'medical.records appointments admissions radiology laboratory pharmacy cardiology oncology paediatrics surgery emergency billing ' +
  'anna.lindqvist omar.haddad mei.tanaka jonas.weber claire.dubois peter.novak ines.almeida david.cohen ruth.okafor lars.holm ' +
  'sofia.rossi yusuf.demir elena.petrova marco.silva nadia.rahman tom.becker julia.kovacs ravi.menon hana.suzuki paul.martin ' +
  'greta.olsen amir.farsi lucia.gomez viktor.toth noor.aziz erik.berg maria.conti samuel.adeyemi'

const clinicNames = 'reception records dr.wallace dr.imani dr.pereira accounts it.support nurse.station'

const inboxes = ['\\Inbox', '\\Inbox', '\\Inbox', '\\Boîte de réception', '\\Posteingang', '\\Bandeja de entrada']
const programs: readonly Program[] = ['outlook', 'owa', 'outlook', 'mobile', 'owa']

export function castStory(random: Random): Cast {
  const hospital = createTenant(random.fork('hospital'), 'Contoso Hospital', 'contoso-hospital.example', hospitalNames, hospitalAddress)
  const [victim, flooded, ...others] = hospital.mailboxes
  const unaddressed = others[4]
  if (!victim || !flooded || !unaddressed) throw new Error('The hospital has too few mailboxes.')
  const clinic = createTenant(random.fork('clinic'), 'Fabrikam Clinic', 'fabrikam-clinic.example', clinicNames, clinicAddress)
  const [first, ...rest] = clinic.mailboxes
  if (!first) throw new Error('The clinic has no mailbox.')
  // The same GUID in two tenants: an answer that forgets the tenant mixes them up.
  return { hospital, clinic: { ...clinic, mailboxes: [{ ...first, guid: victim.guid }, ...rest] }, victim, flooded, unaddressed }
}

function createTenant(
  random: Random,
  displayName: string,
  domain: string,
  names: string,
  addressOf: (index: number, random: Random) => string,
): CastTenant {
  return {
    tenantId: random.guid(),
    displayName,
    domain,
    clientId: random.guid(),
    clientSecret: random.hex(40),
    publisherId: random.guid(),
    mailboxes: names.split(' ').map((name, index) => createMailbox(random.fork(name), name, domain, addressOf(index, random), index)),
  }
}

function createMailbox(random: Random, name: string, domain: string, address: string, index: number): Mailbox {
  return {
    upn: `${name}@${domain}`,
    displayName: name.split('.').map(capitalise).join(' '),
    guid: random.guid(),
    sid: `S-1-5-21-${random.int(1e8, 4e9)}-${random.int(1e8, 4e9)}-${random.int(1e8, 4e9)}-${random.int(1e6, 9e7)}`,
    userKey: `10032${random.hex(11).toUpperCase()}`,
    address,
    program: index >= 2 && index <= 5 ? 'rest' : random.pick(programs),
    inbox: index === 0 ? '\\Inbox' : random.pick(inboxes),
  }
}

/** The owner and some colleagues are in networks whose text begins like the intruder's `174.20.`, without being in it. */
function hospitalAddress(index: number, random: Random): string {
  if (index === 0) return '174.200.14.23'
  if (index >= 7 && index <= 9) return `174.201.${random.int(0, 255)}.${random.int(1, 254)}`
  if (index === 10 || index === 11) return `174.209.${random.int(0, 255)}.${random.int(1, 254)}`
  if (index % 7 === 0) return `2001:db8:51:${random.hex(3)}::${random.hex(4)}`
  return `203.0.113.${random.int(1, 254)}`
}

/** Part of the clinic is a customer of the network the intruder uses. */
function clinicAddress(index: number, random: Random): string {
  return index % 2 === 0 ? `174.20.${random.int(0, 255)}.${random.int(1, 254)}` : `198.51.100.${random.int(1, 254)}`
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
