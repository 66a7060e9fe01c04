// What a column of a file may be, and which one it seems to be: by our own names, in both languages, and by those of others' files.

export const KINDS = ["assets", "places", "requests", "people", "categories"] as const;
export type Kind = (typeof KINDS)[number];

/** The columns of our own files, in their order. A field of one's own is `own:` and its name. */
export const TARGETS = {
  assets: ["name", "code", "category", "location", "location_code", "parent", "parent_code", "maker", "model", "serial", "bought", "warranty_until", "cost", "notes", "status"],
  places: ["name", "code", "kind", "parent", "parent_code", "address", "time_zone"],
  requests: ["title", "description", "category", "priority", "hazard", "location", "location_code", "asset", "asset_code", "requester", "contact", "number", "status"],
  people: ["name", "email", "username", "role", "language"],
  categories: ["name", "colour", "priority", "archived"],
} as const satisfies Record<Kind, readonly string[]>;

export type Target = (typeof TARGETS)[Kind][number] | `own:${string}`;
/** One of these a file must have. */
export const NEEDED: Record<Kind, readonly Target[]> = {
  assets: ["name", "code"], places: ["name", "code"], requests: ["title"], people: ["email", "username"], categories: ["name"],
};
/** What each column of a file is; none is left out. */
export type Mapping = (Target | undefined)[];

const OWN = "own:";
export const isOwn = (target: string): target is `own:${string}` => target.startsWith(OWN);
export const ownName = (target: `own:${string}`) => target.slice(OWN.length);

const folded = (name: string) => name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

/** Names that columns have elsewhere: Atlas CMMS, MaintainX, and what people write themselves. */
const ALSO: Record<Kind, Partial<Record<string, Target>>> = {
  assets: {
    "asset name": "name", "nama": "name", "nama aset": "name", "asset": "name", "aset": "name", "equipment": "name",
    "barcode": "code", "asset code": "code", "kode": "code", "kode aset": "code", "asset tag": "code", "tag": "code",
    "type": "category", "asset type": "category", "kategori": "category", "jenis": "category",
    "location name": "location", "place": "location", "lokasi": "location", "tempat": "location", "room": "location", "ruang": "location",
    "location code": "location_code", "kode lokasi": "location_code", "kode tempat": "location_code",
    "parent asset": "parent", "part of": "parent", "bagian dari": "parent", "induk": "parent", "parent code": "parent_code", "kode induk": "parent_code",
    "manufacturer": "maker", "make": "maker", "brand": "maker", "merek": "maker", "merk": "maker", "pabrikan": "maker", "tipe": "model",
    "serial number": "serial", "serial no": "serial", "nomor seri": "serial", "no seri": "serial",
    "purchase date": "bought", "purchased": "bought", "tanggal beli": "bought", "dibeli": "bought", "in service date": "bought",
    "warranty expiration date": "warranty_until", "warranty": "warranty_until", "warranty expiry": "warranty_until", "garansi": "warranty_until", "garansi sampai": "warranty_until",
    "acquisition cost": "cost", "purchase price": "cost", "price": "cost", "harga": "cost", "biaya": "cost",
    "description": "notes", "additional information": "notes", "keterangan": "notes", "catatan": "notes", "deskripsi": "notes", "state": "status",
  },
  places: {
    "location name": "name", "location": "name", "place": "name", "nama": "name", "nama lokasi": "name", "lokasi": "name", "tempat": "name",
    "location code": "code", "kode": "code", "kode lokasi": "code", "barcode": "code", "type": "kind", "jenis": "kind",
    "parent location": "parent", "in": "parent", "part of": "parent", "di dalam": "parent", "induk": "parent", "parent code": "parent_code", "kode induk": "parent_code",
    "alamat": "address", "timezone": "time_zone", "zona waktu": "time_zone",
  },
  requests: {
    "name": "title", "work order": "title", "subject": "title", "summary": "title", "problem": "title", "judul": "title", "masalah": "title", "kerusakan": "title", "keluhan": "title",
    "notes": "description", "details": "description", "keterangan": "description", "deskripsi": "description", "uraian": "description",
    "type": "category", "categories": "category", "kategori": "category", "jenis": "category", "prioritas": "priority", "urgensi": "priority", "danger": "hazard", "bahaya": "hazard",
    "location name": "location", "place": "location", "lokasi": "location", "tempat": "location", "ruang": "location", "kode lokasi": "location_code", "kode tempat": "location_code",
    "asset name": "asset", "equipment": "asset", "aset": "asset", "nama aset": "asset", "alat": "asset", "barcode": "asset_code", "kode aset": "asset_code",
    "requested by": "requester", "reported by": "requester", "requester email": "requester", "created by": "requester", "pelapor": "requester",
    "phone": "contact", "kontak": "contact", "telepon": "contact", "nomor": "number", "state": "status", "keadaan": "status",
  },
  people: {
    "full name": "name", "nama": "name", "nama lengkap": "name", "user": "name", "email address": "email", "e mail": "email", "mail": "email", "surel": "email", "alamat email": "email",
    "user name": "username", "login": "username", "nama pengguna": "username", "peran": "role", "jabatan": "role", "user type": "role", "bahasa": "language", "locale": "language",
  },
  categories: { "nama": "name", "category": "name", "kategori": "name", "title": "name", "color": "colour", "warna": "colour", "prioritas": "priority", "default priority": "priority", "diarsipkan": "archived", "arsip": "archived" },
};

/** What a column seems to be. A field of one's own is written as our own files write it: `custom: Voltage`. */
function seems(kind: Kind, name: string): Target | undefined {
  const own = /^(?:custom|own)\s*[:.]\s*(.+)$/i.exec(name.trim());
  if (own && kind === "assets") return `own:${own[1]!.trim()}`;
  const plain = folded(name);
  return (TARGETS[kind] as readonly Target[]).find((target) => folded(target) === plain) ?? ALSO[kind][plain];
}

/** The first column of each sort; one by its own name goes before one by another. */
export function guess(kind: Kind, head: readonly string[]): Mapping {
  const own = new Set(head.map(folded));
  const taken = new Set<Target>();
  return head.map((name) => {
    const target = seems(kind, name);
    const isByAnother = target !== undefined && !isOwn(target) && folded(target) !== folded(name) && own.has(folded(target));
    if (target === undefined || isByAnother || taken.has(target)) return undefined;
    taken.add(target);
    return target;
  });
}

/** What the head of a column is in our own files. */
export const headOf = (target: Target) => (isOwn(target) ? `custom: ${ownName(target)}` : target);

/** Where something is, as our files write it: the outermost first. */
export const PATH = " > ";
