import type { Starter, StarterName } from "./shape";

const COMMON = ["electrical/yellow", "plumbing/blue", "hvac/teal", "building/grey", "furniture/orange", "equipment/purple", "cleaning/green", "safety/red/urgent", "security/red/high", "it/blue", "Lighting/yellow", "Doors and locks/orange", "Pests/green"] as const;
const AIR = "Air conditioner; Capacity/number/kW; Refrigerant/choice/R32,R410A,R22,Other; Last cleaned/date; Inverter/yes_no";
const PUMP = "Pump; Flow/number/m³/h; Power/number/kW; Standby/yes_no";
const EXTINGUISHER = "Fire extinguisher; Agent/choice/Powder,CO₂,Foam,Water; Content/number/kg; Next inspection/date";
const GENERATOR = "Generator; Power/number/kVA; Fuel/choice/Diesel,Gas,Petrol; Running hours/number/h";
const LIFT = "Lift; Load/number/kg; Stops/number; Next inspection/date";

export default {
  hotel: {
    places: "Hotel|building\n Lobby|area\n Restaurant|area\n Kitchen|area\n Floor 1|floor\n  Room 101|room\n  Room 102|room\n Floor 2|floor\n  Room 201|room\n  Room 202|room\n Pool|area\n Laundry|area\n Plant room|room\n Car park|area",
    categories: [...COMMON, "lift/purple/high", "Guest complaint/red/high", "Hot water/blue/high", "Kitchen equipment/orange/high", "Linen and laundry/teal", "Pool/blue", "TV and sound/purple"],
    assets: [AIR, LIFT, PUMP, GENERATOR, EXTINGUISHER, "Water heater; Volume/number/l; Energy/choice/Electric,Gas,Solar", "Room TV; Size/number/″; Smart TV/yes_no"],
  },
  school: {
    places: "School|campus\n Main building|building\n  Ground floor|floor\n   Office|room\n   Classroom 1A|room\n   Classroom 1B|room\n  First floor|floor\n   Classroom 2A|room\n   Science lab|room\n Library|building\n Sports hall|building\n Canteen|area\n Playground|area\n Toilets|area",
    categories: [...COMMON, "av/purple", "Classroom furniture/orange", "Laboratory/teal/high", "Playground/green/high", "Sports equipment/purple", "Toilets/blue/high", "Garden/green"],
    assets: [AIR, EXTINGUISHER, PUMP, "Projector; Lamp hours/number/h; Resolution/choice/XGA,Full HD,4K", "Computer; Memory/number/GB; Warranty label/text", "Water dispenser; Filter changed/date", "Playground equipment; Inspected/date; Ground/choice/Sand,Rubber,Grass"],
  },
  factory: {
    places: "Plant|site\n Production hall|building\n  Line 1|line\n   Station 1|station\n   Station 2|station\n  Line 2|line\n Warehouse|building\n  Loading dock|area\n Workshop|room\n Compressor room|room\n Boiler house|building\n Office|building\n Tank farm|area\n Gate|area",
    categories: [...COMMON, "Breakdown of a machine/red/urgent", "Hydraulics/blue/high", "Pneumatics/teal/high", "Sensors and controls/purple/high", "Conveyor/orange/high", "Forklift/yellow", "Leak/red/urgent"],
    assets: ["Machine; Power/number/kW; Speed/number/rpm; Criticality/choice/A,B,C; Next service/date", "Motor; Power/number/kW; Voltage/number/V; Bearing/text", "Compressor; Pressure/number/bar; Running hours/number/h; Oil changed/date", "Conveyor; Length/number/m; Belt/text", "Forklift; Load/number/kg; Drive/choice/Electric,Diesel,LPG; Next inspection/date", PUMP, GENERATOR, EXTINGUISHER],
  },
  office: {
    places: "Office building|building\n Reception|area\n Floor 1|floor\n  Open office 1|room\n  Meeting room A|room\n  Pantry 1|room\n Floor 2|floor\n  Open office 2|room\n  Meeting room B|room\n Server room|room\n Toilets|area\n Roof|area\n Basement|floor\n  Car park|area",
    categories: [...COMMON, "lift/purple/high", "av/purple", "Access cards/orange", "Meeting room/teal", "Pantry/green", "Printer/blue", "Parking/grey"],
    assets: [AIR, LIFT, GENERATOR, EXTINGUISHER, "UPS; Power/number/kVA; Batteries changed/date", "Printer; Colour/yes_no; Contract/text", "Access door; Reader/text; Battery changed/date"],
  },
  hospital: {
    places: "Hospital|campus\n Building A|building\n  Emergency|department\n  Radiology|department\n  Ward 1|ward\n   Room 1.01|room\n   Room 1.02|room\n  Ward 2|ward\n Building B|building\n  Operating theatre 1|room\n  Intensive care|ward\n  Laboratory|department\n Pharmacy|area\n Plant room|room",
    categories: [...COMMON, "lift/purple/urgent", "Medical device/red/urgent", "Medical gases/red/urgent", "Nurse call/red/high", "Bed/orange", "Sterilisation/teal/high", "Waste/green/high"],
    assets: ["Medical device; Class/choice/I,IIa,IIb,III; Calibrated/date; Next calibration/date; Life-supporting/yes_no", "Bed; Electric/yes_no; Load/number/kg", "Gas outlet; Gas/choice/Oxygen,Air,Vacuum,N₂O; Inspected/date", "Steriliser; Chamber/number/l; Validated/date", AIR, LIFT, GENERATOR, EXTINGUISHER],
  },
} satisfies Record<StarterName, Starter>;
