import type { Starter, StarterName } from "./shape";

const COMMON = ["electrical/yellow", "plumbing/blue", "hvac/teal", "building/grey", "furniture/orange", "equipment/purple", "cleaning/green", "safety/red/urgent", "security/red/high", "it/blue", "Lampu/yellow", "Pintu dan kunci/orange", "Hama/green"] as const;
const AIR = "AC; Kapasitas/number/PK; Refrigeran/choice/R32,R410A,R22,Lainnya; Terakhir dicuci/date; Inverter/yes_no";
const PUMP = "Pompa; Debit/number/m³/jam; Daya/number/kW; Cadangan/yes_no";
const EXTINGUISHER = "APAR; Isi/choice/Serbuk,CO₂,Busa,Air; Berat/number/kg; Periksa berikutnya/date";
const GENERATOR = "Genset; Daya/number/kVA; Bahan bakar/choice/Solar,Gas,Bensin; Jam kerja/number/jam";
const LIFT = "Lift; Muatan/number/kg; Jumlah lantai/number; Periksa berikutnya/date";

export default {
  hotel: {
    places: "Hotel|gedung\n Lobi|area\n Restoran|area\n Dapur|area\n Lantai 1|lantai\n  Kamar 101|kamar\n  Kamar 102|kamar\n Lantai 2|lantai\n  Kamar 201|kamar\n  Kamar 202|kamar\n Kolam renang|area\n Binatu|area\n Ruang mesin|ruang\n Parkir|area",
    categories: [...COMMON, "lift/purple/high", "Keluhan tamu/red/high", "Air panas/blue/high", "Peralatan dapur/orange/high", "Linen dan binatu/teal", "Kolam renang/blue", "TV dan suara/purple"],
    assets: [AIR, LIFT, PUMP, GENERATOR, EXTINGUISHER, "Pemanas air; Isi/number/l; Energi/choice/Listrik,Gas,Surya", "TV kamar; Ukuran/number/inci; Smart TV/yes_no"],
  },
  school: {
    places: "Sekolah|kampus\n Gedung utama|gedung\n  Lantai dasar|lantai\n   Tata usaha|ruang\n   Kelas 1A|ruang\n   Kelas 1B|ruang\n  Lantai satu|lantai\n   Kelas 2A|ruang\n   Laboratorium IPA|ruang\n Perpustakaan|gedung\n Gedung olahraga|gedung\n Kantin|area\n Halaman bermain|area\n Toilet|area",
    categories: [...COMMON, "av/purple", "Meja dan kursi kelas/orange", "Laboratorium/teal/high", "Alat bermain/green/high", "Alat olahraga/purple", "Toilet/blue/high", "Taman/green"],
    assets: [AIR, EXTINGUISHER, PUMP, "Proyektor; Jam lampu/number/jam; Resolusi/choice/XGA,Full HD,4K", "Komputer; Memori/number/GB; Label garansi/text", "Dispenser air; Filter diganti/date", "Alat bermain; Diperiksa/date; Alas/choice/Pasir,Karet,Rumput"],
  },
  factory: {
    places: "Pabrik|lokasi\n Ruang produksi|gedung\n  Lini 1|lini\n   Stasiun 1|stasiun\n   Stasiun 2|stasiun\n  Lini 2|lini\n Gudang|gedung\n  Area muat|area\n Bengkel|ruang\n Ruang kompresor|ruang\n Rumah boiler|gedung\n Kantor|gedung\n Area tangki|area\n Gerbang|area",
    categories: [...COMMON, "Mesin berhenti/red/urgent", "Hidrolik/blue/high", "Pneumatik/teal/high", "Sensor dan kontrol/purple/high", "Konveyor/orange/high", "Forklif/yellow", "Kebocoran/red/urgent"],
    assets: ["Mesin; Daya/number/kW; Putaran/number/rpm; Tingkat penting/choice/A,B,C; Servis berikutnya/date", "Motor; Daya/number/kW; Tegangan/number/V; Bantalan/text", "Kompresor; Tekanan/number/bar; Jam kerja/number/jam; Oli diganti/date", "Konveyor; Panjang/number/m; Sabuk/text", "Forklif; Muatan/number/kg; Penggerak/choice/Listrik,Solar,LPG; Periksa berikutnya/date", PUMP, GENERATOR, EXTINGUISHER],
  },
  office: {
    places: "Gedung kantor|gedung\n Resepsionis|area\n Lantai 1|lantai\n  Ruang kerja 1|ruang\n  Ruang rapat A|ruang\n  Pantri 1|ruang\n Lantai 2|lantai\n  Ruang kerja 2|ruang\n  Ruang rapat B|ruang\n Ruang server|ruang\n Toilet|area\n Atap|area\n Basemen|lantai\n  Parkir|area",
    categories: [...COMMON, "lift/purple/high", "av/purple", "Kartu akses/orange", "Ruang rapat/teal", "Pantri/green", "Printer/blue", "Parkir/grey"],
    assets: [AIR, LIFT, GENERATOR, EXTINGUISHER, "UPS; Daya/number/kVA; Baterai diganti/date", "Printer; Berwarna/yes_no; Kontrak/text", "Pintu akses; Pembaca/text; Baterai diganti/date"],
  },
  hospital: {
    places: "Rumah sakit|kampus\n Gedung A|gedung\n  IGD|instalasi\n  Radiologi|instalasi\n  Bangsal 1|bangsal\n   Kamar 1.01|kamar\n   Kamar 1.02|kamar\n  Bangsal 2|bangsal\n Gedung B|gedung\n  Kamar operasi 1|ruang\n  ICU|bangsal\n  Laboratorium|instalasi\n Apotek|area\n Ruang mesin|ruang",
    categories: [...COMMON, "lift/purple/urgent", "Alat kesehatan/red/urgent", "Gas medis/red/urgent", "Panggilan perawat/red/high", "Tempat tidur/orange", "Sterilisasi/teal/high", "Limbah/green/high"],
    assets: ["Alat kesehatan; Kelas/choice/A,B,C,D; Dikalibrasi/date; Kalibrasi berikutnya/date; Penunjang hidup/yes_no", "Tempat tidur; Elektrik/yes_no; Muatan/number/kg", "Outlet gas; Gas/choice/Oksigen,Udara,Vakum,N₂O; Diperiksa/date", "Sterilisator; Ruang/number/l; Divalidasi/date", AIR, LIFT, GENERATOR, EXTINGUISHER],
  },
} satisfies Record<StarterName, Starter>;
