package county

// name is one name in the three languages.
type name struct{ fi, sv, en string }

// Professions, in the order of the professions function.
const (
	nurse = iota
	practicalNurse
	physician
	socialWorker
	socialCounsellor
	physiotherapist
	publicHealthNurse
	dentalHygienist
	psychologist
	administration
	ict
	support
	professionCount
)

func professions() []Profession {
	return []Profession{
		nurse:             {"nurse", "Sairaanhoitaja", "Sjukskötare", "Registered nurse"},
		practicalNurse:    {"practical-nurse", "Lähihoitaja", "Närvårdare", "Practical nurse"},
		physician:         {"physician", "Lääkäri tai hammaslääkäri", "Läkare eller tandläkare", "Physician or dentist"},
		socialWorker:      {"social-worker", "Sosiaalityöntekijä", "Socialarbetare", "Social worker"},
		socialCounsellor:  {"social-counsellor", "Sosiaaliohjaaja", "Socialhandledare", "Social counsellor"},
		physiotherapist:   {"physiotherapist", "Fysioterapeutti", "Fysioterapeut", "Physiotherapist"},
		publicHealthNurse: {"public-health-nurse", "Terveydenhoitaja", "Hälsovårdare", "Public health nurse"},
		dentalHygienist:   {"dental-hygienist", "Suuhygienisti", "Munhygienist", "Dental hygienist"},
		psychologist:      {"psychologist", "Psykologi", "Psykolog", "Psychologist"},
		administration:    {"administration", "Hallinto", "Förvaltning", "Administration"},
		ict:               {"ict", "ICT", "IKT", "ICT"},
		support:           {"support", "Tukipalvelut", "Stödtjänster", "Support services"},
	}
}

var countyName = name{"Kaislarannan hyvinvointialue", "Sävstrands välfärdsområde", "Wellbeing services county of Kaislaranta"}

// Service areas, the level below the county.
const (
	older = iota
	primary
	hospital
	mental
	families
	workingAge
	disability
	corporate
	supporting
)

// areas names the service areas; lead is the profession that heads them beside
// administration.
var areas = []struct {
	name
	lead int
}{
	older:      {name{"Ikääntyneiden palvelut", "Tjänster för äldre", "Services for older people"}, nurse},
	primary:    {name{"Perusterveydenhuolto", "Primärvård", "Primary health care"}, nurse},
	hospital:   {name{"Sairaalapalvelut", "Sjukhustjänster", "Hospital services"}, nurse},
	mental:     {name{"Mielenterveys- ja päihdepalvelut", "Mentalvårds- och beroendetjänster", "Mental health and substance use services"}, nurse},
	families:   {name{"Lasten, nuorten ja perheiden palvelut", "Tjänster för barn, unga och familjer", "Services for children, young people and families"}, socialWorker},
	workingAge: {name{"Työikäisten sosiaalipalvelut", "Socialservice för personer i arbetsför ålder", "Social services for people of working age"}, socialWorker},
	disability: {name{"Vammaispalvelut", "Funktionshinderservice", "Disability services"}, socialCounsellor},
	corporate:  {name{"Konsernipalvelut", "Koncerntjänster", "Corporate services"}, administration},
	supporting: {name{"Tukipalvelut", "Stödtjänster", "Support services"}, support},
}

// mix is how large a part each profession has of a unit's staff.
type mix map[int]float64

// effects is how far a group stands from the county on each scale.
type effects [scaleCount]float64

// service is one kind of work. In the tree it is one group or several regional
// ones, with a unit for each place where the work is done, or with units of
// their own names where a place would tell nothing.
type service struct {
	key    string
	area   int
	group  name
	unit   name
	named  []name
	groups int        // regional groups in Medium
	weight int        // share of Medium's placed units
	small  [2]int     // Small: units, groups; 0 groups stand straight under the area
	sizes  [3]float64 // share of units of 1-9, 10-29 and 30-60 people
	staff  mix
	effect effects
}

// plain is the single name of a service whose group and units are called the same.
func plain(s service, fi, sv, en string) service {
	s.group, s.unit = name{fi, sv, en}, name{fi, sv, en}
	return s
}

var services = []service{
	plain(service{key: "home care", area: older, groups: 5, weight: 80, small: [2]int{6, 2}, sizes: [3]float64{.28, .44, .28},
		staff:  mix{practicalNurse: .76, nurse: .16, physiotherapist: .03, socialCounsellor: .02, administration: .03},
		effect: effects{remote: -.4, digital: -.1, organisation: -.1}},
		"Kotihoito", "Hemvård", "Home care"),
	{key: "service housing", area: older, groups: 5, weight: 70, small: [2]int{4, 1}, sizes: [3]float64{.24, .48, .28},
		group:  name{"Ympärivuorokautinen palveluasuminen", "Serviceboende med heldygnsomsorg", "24-hour service housing"},
		unit:   name{"Palvelukoti", "Servicehem", "Care home"},
		staff:  mix{practicalNurse: .81, nurse: .12, support: .07},
		effect: effects{remote: -.35, digital: -.15, evaluate: -.1}},
	plain(service{area: older, groups: 2, weight: 18, sizes: [3]float64{.65, .3, .05},
		staff:  mix{practicalNurse: .7, socialCounsellor: .15, nurse: .1, support: .05},
		effect: effects{remote: -.25}},
		"Yhteisöllinen asuminen", "Gemenskapsboende", "Communal housing"),
	plain(service{area: older, groups: 2, weight: 14, small: [2]int{1, 0}, sizes: [3]float64{.75, .25, 0},
		staff:  mix{socialCounsellor: .5, nurse: .2, socialWorker: .2, administration: .1},
		effect: effects{remote: .2, digital: .15}},
		"Asiakas- ja palveluohjaus", "Klient- och servicehandledning", "Client and service guidance"),
	plain(service{area: older, groups: 2, weight: 16, sizes: [3]float64{.85, .15, 0},
		staff: mix{practicalNurse: .6, socialCounsellor: .3, physiotherapist: .1}},
		"Päivätoiminta", "Dagverksamhet", "Day activities"),
	{area: older, groups: 1, weight: 6, sizes: [3]float64{.7, .3, 0},
		group: name{"Muistipoliklinikat", "Minnespolikliniker", "Memory clinics"},
		unit:  name{"Muistipoliklinikka", "Minnespoliklinik", "Memory clinic"},
		staff: mix{nurse: .6, physician: .25, psychologist: .15}},

	{area: primary, groups: 5, weight: 40, small: [2]int{3, 1}, sizes: [3]float64{.28, .47, .25},
		group:  name{"Terveysasemat", "Hälsostationer", "Health stations"},
		unit:   name{"Terveysasema", "Hälsostation", "Health station"},
		staff:  mix{nurse: .45, physician: .27, practicalNurse: .13, publicHealthNurse: .08, administration: .07},
		effect: effects{remote: .25, digital: .15, organisation: -.1}},
	{area: primary, groups: 3, weight: 32, small: [2]int{2, 0}, sizes: [3]float64{.55, .35, .1},
		group:  name{"Suun terveydenhuolto", "Munhälsovård", "Oral health care"},
		unit:   name{"Hammashoitola", "Tandklinik", "Dental clinic"},
		staff:  mix{dentalHygienist: .34, practicalNurse: .34, physician: .27, administration: .05},
		effect: effects{remote: -.3}},
	plain(service{area: primary, groups: 2, weight: 22, small: [2]int{1, 0}, sizes: [3]float64{.68, .28, .04},
		staff:  mix{physiotherapist: .76, practicalNurse: .1, nurse: .06, psychologist: .03, administration: .05},
		effect: effects{remote: .1}},
		"Kuntoutus", "Rehabilitering", "Rehabilitation"),
	{area: primary, groups: 1, sizes: [3]float64{.3, .7, 0},
		group: name{"Digitaaliset terveyspalvelut", "Digitala hälsotjänster", "Digital health services"},
		named: []name{
			{"Digiklinikka", "Digital klinik", "Digital clinic"},
			{"Puhelinpalvelu ja hoidon tarpeen arviointi", "Telefontjänst och bedömning av vårdbehovet", "Telephone service and assessment of care needs"},
			{"Etälääkäripalvelut", "Distansläkartjänster", "Remote physician services"},
			{"Etäkuntoutus", "Distansrehabilitering", "Remote rehabilitation"},
		},
		staff:  mix{nurse: .6, physician: .2, publicHealthNurse: .1, physiotherapist: .05, administration: .05},
		effect: effects{remote: .8, digital: .45, skills: .25, evaluate: .2, management: .3, organisation: .35}},

	{area: hospital, groups: 4, weight: 40, sizes: [3]float64{.1, .55, .35},
		group:  name{"Vuodeosastot", "Vårdavdelningar", "Wards"},
		unit:   name{"Vuodeosasto", "Vårdavdelning", "Ward"},
		staff:  mix{nurse: .58, practicalNurse: .28, physician: .07, physiotherapist: .04, support: .03},
		effect: effects{remote: -.35, organisation: -.1}},
	{area: hospital, groups: 3, weight: 34, sizes: [3]float64{.45, .42, .13},
		group:  name{"Poliklinikat", "Polikliniker", "Outpatient clinics"},
		unit:   name{"Poliklinikka", "Poliklinik", "Outpatient clinic"},
		staff:  mix{nurse: .5, physician: .34, administration: .1, physiotherapist: .06},
		effect: effects{remote: .1}},
	plain(service{area: hospital, groups: 1, weight: 5, sizes: [3]float64{0, .4, .6},
		staff:  mix{nurse: .62, physician: .22, practicalNurse: .1, administration: .06},
		effect: effects{remote: -.2, colleagues: .2}},
		"Päivystys", "Jour", "Emergency care"),
	{area: hospital, groups: 1, weight: 8, sizes: [3]float64{.2, .6, .2},
		group:  name{"Toimenpideyksiköt", "Åtgärdsenheter", "Procedure units"},
		unit:   name{"Toimenpideyksikkö", "Åtgärdsenhet", "Procedure unit"},
		staff:  mix{nurse: .68, physician: .27, support: .05},
		effect: effects{remote: -.3}},
	{area: hospital, groups: 1, weight: 8, sizes: [3]float64{.6, .4, 0},
		group: name{"Kotisairaala", "Hemsjukhusvård", "Hospital at home"},
		unit:  name{"Kotisairaala", "Hemsjukhus", "Hospital at home"},
		staff: mix{nurse: .85, physician: .15}},

	{area: mental, groups: 2, weight: 22, sizes: [3]float64{.5, .45, .05},
		group:  name{"Mielenterveyspalvelut", "Mentalvårdstjänster", "Mental health services"},
		unit:   name{"Mielenterveysvastaanotto", "Mentalvårdsmottagning", "Mental health clinic"},
		staff:  mix{nurse: .5, psychologist: .22, physician: .1, socialWorker: .1, socialCounsellor: .08},
		effect: effects{remote: .35, digital: .1}},
	{area: mental, groups: 1, weight: 12, sizes: [3]float64{.7, .3, 0},
		group: name{"Päihdepalvelut", "Beroendetjänster", "Substance use services"},
		unit:  name{"Päihdevastaanotto", "Beroendemottagning", "Substance use clinic"},
		staff: mix{nurse: .45, socialCounsellor: .37, socialWorker: .1, physician: .08}},
	plain(service{area: mental, groups: 1, weight: 8, sizes: [3]float64{.4, .6, 0},
		staff:  mix{practicalNurse: .72, nurse: .13, socialCounsellor: .15},
		effect: effects{remote: -.2}},
		"Mielenterveysasuminen", "Boende inom mentalvården", "Mental health housing"),

	{area: families, groups: 3, weight: 26, small: [2]int{2, 0}, sizes: [3]float64{.75, .25, 0},
		group:  name{"Neuvolat", "Rådgivningsbyråer", "Maternity and child health clinics"},
		unit:   name{"Neuvola", "Rådgivningsbyrå", "Maternity and child health clinic"},
		staff:  mix{publicHealthNurse: .86, physician: .08, administration: .06},
		effect: effects{remote: .15, colleagues: .1}},
	plain(service{area: families, groups: 3, weight: 26, small: [2]int{1, 0}, sizes: [3]float64{.8, .2, 0},
		staff: mix{publicHealthNurse: .8, physician: .12, nurse: .08}},
		"Koulu- ja opiskeluterveydenhuolto", "Skol- och studerandehälsovård", "School and student health care"),
	plain(service{area: families, groups: 2, weight: 16, sizes: [3]float64{.8, .2, 0},
		staff:  mix{psychologist: .45, socialCounsellor: .4, socialWorker: .15},
		effect: effects{colleagues: -.1}},
		"Opiskeluhuolto", "Elev- och studerandevård", "Pupil and student welfare"),
	plain(service{area: families, groups: 3, weight: 24, small: [2]int{2, 0}, sizes: [3]float64{.55, .4, .05},
		staff:  mix{socialWorker: .48, socialCounsellor: .46, administration: .06},
		effect: effects{management: -.2, organisation: -.2}},
		"Lastensuojelu", "Barnskydd", "Child welfare"),
	{area: families, groups: 2, weight: 16, sizes: [3]float64{.6, .4, 0},
		group: name{"Perhekeskukset", "Familjecenter", "Family centres"},
		unit:  name{"Perhekeskus", "Familjecenter", "Family centre"},
		staff: mix{socialCounsellor: .45, publicHealthNurse: .2, psychologist: .15, physiotherapist: .1, socialWorker: .1}},
	{area: families, groups: 1, weight: 8, sizes: [3]float64{.85, .15, 0},
		group:  name{"Perheneuvolat", "Familjerådgivning", "Family counselling"},
		unit:   name{"Perheneuvola", "Familjerådgivning", "Family counselling"},
		staff:  mix{psychologist: .5, socialWorker: .4, administration: .1},
		effect: effects{remote: .2}},

	plain(service{area: workingAge, groups: 3, weight: 20, sizes: [3]float64{.55, .42, .03},
		staff:  mix{socialWorker: .45, socialCounsellor: .5, administration: .05},
		effect: effects{remote: .1}},
		"Aikuissosiaalityö", "Vuxensocialarbete", "Adult social work"),
	plain(service{area: workingAge, groups: 1, weight: 5, sizes: [3]float64{.8, .2, 0},
		staff: mix{socialCounsellor: .6, socialWorker: .35, administration: .05}},
		"Maahanmuuttajapalvelut", "Invandrartjänster", "Immigrant services"),
	plain(service{area: workingAge, groups: 1, weight: 8, sizes: [3]float64{.85, .15, 0},
		staff: mix{socialCounsellor: .8, socialWorker: .1, practicalNurse: .1}},
		"Kuntouttava työtoiminta", "Arbetsverksamhet i rehabiliteringssyfte", "Rehabilitative work activities"),

	{area: disability, groups: 3, weight: 34, small: [2]int{2, 0}, sizes: [3]float64{.26, .58, .16},
		group:  name{"Vammaisten asumispalvelut", "Boendeservice för personer med funktionsnedsättning", "Housing services for people with disabilities"},
		unit:   name{"Asumisyksikkö", "Boendeenhet", "Housing unit"},
		staff:  mix{practicalNurse: .8, socialCounsellor: .14, nurse: .06},
		effect: effects{remote: -.35, digital: -.1}},
	plain(service{area: disability, groups: 2, weight: 14, sizes: [3]float64{.75, .25, 0},
		staff:  mix{practicalNurse: .5, socialCounsellor: .5},
		effect: effects{remote: -.2}},
		"Päivä- ja työtoiminta", "Dag- och arbetsverksamhet", "Day and work activities"),
	plain(service{area: disability, groups: 2, weight: 10, small: [2]int{1, 0}, sizes: [3]float64{.8, .2, 0},
		staff: mix{socialWorker: .6, socialCounsellor: .4}},
		"Vammaissosiaalityö", "Socialt arbete inom funktionshinderservicen", "Disability social work"),

	{key: "ict", area: corporate, groups: 1, small: [2]int{2, 0}, sizes: [3]float64{.45, .55, 0},
		group: name{"ICT-palvelut", "IKT-tjänster", "ICT services"},
		named: []name{
			{"Digipalvelut", "Digitala tjänster", "Digital services"},
			{"Tietoverkot ja tietoturva", "Datanät och informationssäkerhet", "Networks and information security"},
			{"Asiakas- ja potilastietojärjestelmät", "Klient- och patientdatasystem", "Client and patient record systems"},
			{"Lähituki", "Närstöd", "On-site support"},
			{"Tiedolla johtaminen", "Kunskapsbaserad ledning", "Knowledge-based management"},
		},
		staff:  mix{ict: .88, administration: .12},
		effect: effects{management: .15, organisation: .2}},
	{key: "development", area: corporate, groups: 1, small: [2]int{2, 0}, sizes: [3]float64{.9, .1, 0},
		group: name{"Kehittäminen ja tutkimus", "Utveckling och forskning", "Development and research"},
		named: []name{
			{"Digiosaamisen kehittäminen", "Utveckling av digital kompetens", "Digital competence development"},
			{"Tutkimus ja arviointi", "Forskning och utvärdering", "Research and evaluation"},
			{"Hankepalvelut", "Projekttjänster", "Project services"},
		},
		staff:  mix{administration: .75, nurse: .15, socialWorker: .1},
		effect: effects{digital: .3, evaluate: .4}},
	{key: "legal", area: corporate, groups: 1, small: [2]int{1, 0}, sizes: [3]float64{.8, .2, 0},
		group: name{"Hallinto- ja lakipalvelut", "Förvaltnings- och juristtjänster", "Administrative and legal services"},
		named: []name{
			{"Tietosuoja", "Dataskydd", "Data protection"},
			{"Lakipalvelut", "Juristtjänster", "Legal services"},
			{"Kirjaamo ja arkisto", "Registratorskontor och arkiv", "Registry and archives"},
			{"Viestintä", "Kommunikation", "Communications"},
			{"Potilas- ja sosiaaliasiavastaavat", "Patient- och socialombud", "Patient and social services ombudspersons"},
		},
		staff:  mix{administration: .95, socialWorker: .05},
		effect: effects{ethics: .2}},
	{area: corporate, groups: 1, sizes: [3]float64{.45, .5, .05},
		group: name{"Henkilöstö- ja talouspalvelut", "Personal- och ekonomitjänster", "Human resources and finance"},
		named: []name{
			{"Palkanlaskenta", "Löneräkning", "Payroll"},
			{"Rekrytointi", "Rekrytering", "Recruitment"},
			{"Työhyvinvointi ja työsuojelu", "Arbetshälsa och arbetarskydd", "Wellbeing and safety at work"},
			{"Kirjanpito", "Bokföring", "Accounting"},
			{"Talouden suunnittelu", "Ekonomiplanering", "Financial planning"},
			{"Hankinnat", "Upphandling", "Procurement"},
		},
		staff: mix{administration: 1}},

	plain(service{area: supporting, groups: 3, weight: 22, sizes: [3]float64{.4, .5, .1}, staff: mix{support: 1}},
		"Puhtauspalvelut", "Städtjänster", "Cleaning services"),
	{area: supporting, groups: 2, weight: 18, sizes: [3]float64{.5, .45, .05},
		group: name{"Ravitsemispalvelut", "Måltidstjänster", "Catering services"},
		unit:  name{"Keittiö", "Kök", "Kitchen"},
		staff: mix{support: 1}},
	plain(service{area: supporting, groups: 1, weight: 8, sizes: [3]float64{.5, .5, 0}, staff: mix{support: .9, administration: .1}},
		"Logistiikka", "Logistik", "Logistics"),
	plain(service{area: supporting, groups: 1, weight: 4, sizes: [3]float64{.5, .5, 0}, staff: mix{support: 1}},
		"Välinehuolto", "Instrumentvård", "Instrument reprocessing"),
}
