package configs

// DemoNumber is the number of the demo's hotline.
const DemoNumber = "0213903963"

// DemoRouting is a small hotline: one number, one queue, three volunteers, of
// whom Sari may call out within the country, and the pause reasons and
// dispositions a real one begins with.
func DemoRouting() Routing {
	r := StarterRouting()
	r.Numbers = []Number{{Number: DemoNumber, Queue: "hotline", Language: "id"}}
	r.Queues = []Queue{NewQueue("hotline", "Hotline", Exit{Words: "closing"})}
	r.Agents = []Agent{
		NewAgent("sari", "Sari", "hotline"),
		NewAgent("dewi", "Dewi", "hotline"),
		NewAgent("ayu", "Ayu", "hotline"),
	}
	r.Agents[0].Dial = true
	r.Outgoing.Allow = []string{"+62", "112"}
	return r
}

// StarterRouting is what a new installation begins with: no number and no
// queue yet, but the usual choices for pausing and for describing a contact.
func StarterRouting() Routing {
	r := NewRouting()
	r.PauseReasons = []PauseReason{
		{"break", Label{"Break", "Istirahat"}},
		{"meal", Label{"Meal", "Makan"}},
		{"technical", Label{"Technical", "Teknis"}},
		{"supervision", Label{"Supervision", "Supervisi"}},
	}
	r.Dispositions = []Disposition{
		{Code: "self", Label: Label{"Reports for herself", "Korban melapor sendiri"}},
		{Code: "other_on_behalf", Label: Label{"Reports for someone else", "Melapor untuk orang lain"}},
		{Code: "professional", Label: Label{"Agency or companion", "Lembaga / pendamping"}},
		{Code: "information", Label: Label{"Asks for information", "Permintaan informasi"}},
		{Code: "followup_existing", Label: Label{"Follow-up of a case", "Tindak lanjut kasus"}},
		{Code: "perpetrator", Label: Label{"Alleged perpetrator calls", "Diduga pelaku menghubungi"}},
		{Code: "silent", Label: Label{"Silent", "Senyap"}},
		{Code: "hangup", Label: Label{"Hung up", "Menutup telepon"}},
		{Code: "interrupted_unsafe", Label: Label{"Interrupted, perhaps unsafe", "Terputus, mungkin tidak aman"}},
		{Code: "disconnected_network", Label: Label{"Network trouble", "Gangguan jaringan"}},
		{Code: "wrong_number", Label: Label{"Wrong number", "Salah sambung"}},
		{Code: "prank", Label: Label{"Prank", "Iseng"}},
		{Code: "abusive", Label: Label{"Abusive or threatening", "Kasar / mengancam"}, Heavy: true},
		{Code: "sexual_gratification", Label: Label{"Harassment of the volunteer", "Pelecehan terhadap relawan"}, Heavy: true},
		{Code: "out_of_scope", Label: Label{"Out of scope", "Di luar lingkup"}},
		{Code: "complaint_service", Label: Label{"Complaint about the service", "Keluhan layanan"}},
		{Code: "thanks", Label: Label{"Thanks", "Ucapan terima kasih"}},
		{Code: "test_training", Label: Label{"Test or training", "Uji / latihan"}},
		{Code: "outgoing", Label: Label{"Outgoing call", "Panggilan keluar"}},
		{Code: "no_consent", Label: Label{"No consent", "Tidak memberi persetujuan"}},
	}
	return r
}
