package badge

import (
	"regexp"
	"slices"
	"strings"
)

// The lists of Open Badges 3.0 (AchievementType, AlignmentTargetType) and its pattern for BCP 47 tags, as in its JSON schema. A badge with
// another word is refused by verifiers that look at the schema.
var (
	achievementTypes = strings.Fields(`Achievement ApprenticeshipCertificate Assessment Assignment AssociateDegree Award Badge BachelorDegree
		Certificate CertificateOfCompletion Certification CommunityService Competency Course CoCurricular Degree Diploma DoctoralDegree
		Fieldwork GeneralEducationDevelopment JourneymanCertificate LearningProgram License Membership ProfessionalDoctorate
		QualityAssuranceCredential MasterCertificate MasterDegree MicroCredential ResearchDoctorate SecondarySchoolDiploma`)
	targetTypes = strings.Fields("ceasn:Competency ceterms:Credential CFItem CFRubric CFRubricCriterion CFRubricCriterionLevel CTDL")
	extension   = regexp.MustCompile(`^ext:[a-zA-Z0-9._-]+$`)
	languageTag = regexp.MustCompile(`^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$`)
)

func inVocabulary(words []string, word string) bool {
	return slices.Contains(words, word) || extension.MatchString(word)
}
