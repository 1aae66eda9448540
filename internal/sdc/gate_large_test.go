package sdc_test

import (
	"testing"

	"taitorinki/internal/sdc"
	"taitorinki/internal/sdc/sdcattack"
)

// 4,000 units and 100,000 people, by unit, with everybody's scores and with a tenth missing: about two minutes with both
// attackers.
func TestALargeCountyByUnitStandsTheAttack(t *testing.T) {
	if !long() {
		t.Skip("SDC_LONG is not set")
	}
	for _, rules := range []sdc.Rules{figures, placing} {
		o := sdc.ManyUnits(1, 4000, 100_000)
		o.Write(t)
		p := publish(t, o, rules)
		hidden, of := o.Hidden(t, p, sdc.LeastGroup)
		t.Logf("hides %d of %d", hidden, of)
		stands(t, o, rules, sdcattack.Moment{Publication: p})
		lose(o, 0.1, false, 1)
		standsWithout(t, "a tenth of the scores is missing", o, rules)
	}
}
