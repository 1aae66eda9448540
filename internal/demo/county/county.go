// Package county invents a wellbeing services county for the demo: its units,
// its staff and how each of them would answer a survey.
//
// Nothing in it is real. The county, its places and its people are put
// together from common words and common names, and every address ends in
// .example, a domain that can never be delivered to. The same size and seed
// always give the same county, so that a demo, a test and a bug report can
// speak of the same person.
package county

import "math/rand/v2"

// Size says how large a county Make invents.
type Size int

const (
	Small  Size = iota // 300 people in 40 units on 3 to 4 levels
	Medium             // 9,000 people in 600 units on 4 levels
)

// Domain is where every e-mail address of the county lives.
const Domain = "kaislaranta.example"

// County is a whole county as the tables that a coordinator would import.
// Units stand parents first, People unit by unit. A County is not changed
// after Make, so its methods may be called from many goroutines, each with a
// random source of its own.
type County struct {
	Units       []Unit
	Professions []Profession
	People      []Person
	Cast        Cast

	unitAt  map[string]int // unit code to index in Units
	emailAt map[string]int // address to index in People
	plan    []node         // beside Units: what the unit does and where
	traits  traits

	numberAt map[string]int  // staff number to index in People
	help     float64         // how much help there has been, see Helped
	paper    map[string]bool // units whose people have no address, see OnPaper
}

// Unit is a node of the organisation tree; only the county itself has no parent.
type Unit struct {
	Code, Parent           string
	NameFI, NameSV, NameEN string
}

// Profession is one of the professional groups by which results are broken down.
type Profession struct {
	Code, FI, SV, EN string
}

// Person is one member of staff. SupervisorOf lists the codes of the units the
// person leads, each with everything below it.
type Person struct {
	Email, Name, StaffNumber, Unit, Profession, Lang string
	SupervisorOf                                     []string
}

// Cast holds the addresses of the people the demo story is told through. Names
// and addresses are the same in every county, whatever its size and seed.
type Cast struct {
	Coordinator           string // develops digital competence for the whole county
	Administrator         string
	DataProtectionOfficer string // reads Swedish
	Researcher            string
	Supervisor            string // leads a home care area of middling size
	MentorCandidate       string // a nurse in the Supervisor's area, with no role yet
	Expert                string // owns digital services
	Mentor                string // a digimentor in the MentorCandidate's unit
}

// Random streams: each part draws from its own, so that a change in one part
// leaves the others as they were.
const (
	streamTree = iota + 1
	streamStaff
	streamTraits
	streamLater
)

func stream(seed, n uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, n)) }

// Make invents a county. Any size but Small is Medium.
func Make(size Size, seed uint64) *County {
	c := &County{Professions: professions(), unitAt: map[string]int{}, emailAt: map[string]int{}}
	if size == Small {
		c.growSmall(stream(seed, streamTree))
	} else {
		c.growMedium(stream(seed, streamTree))
	}
	staff := stream(seed, streamStaff)
	c.fill(size, staff)
	c.appoint(staff)
	c.castRoles()
	c.nameAll(staff)
	c.traits = drawTraits(c, stream(seed, streamTraits))
	c.index()
	return c
}

// Person returns the index in People of the person with this address.
func (c *County) Person(email string) (int, bool) {
	i, ok := c.emailAt[email]
	return i, ok
}

// Unit returns the unit with this code.
func (c *County) Unit(code string) (Unit, bool) {
	i, ok := c.unitAt[code]
	if !ok {
		return Unit{}, false
	}
	return c.Units[i], true
}
