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
		{ID: "sari", Name: "Sari", Queues: []string{"hotline"}, Dial: true},
		{ID: "dewi", Name: "Dewi", Queues: []string{"hotline"}},
		{ID: "ayu", Name: "Ayu", Queues: []string{"hotline"}},
	}
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
		{"self", Label{"Reports for herself", "Korban melapor sendiri"}},
		{"other_on_behalf", Label{"Reports for someone else", "Melapor untuk orang lain"}},
		{"professional", Label{"Agency or companion", "Lembaga / pendamping"}},
		{"information", Label{"Asks for information", "Permintaan informasi"}},
		{"followup_existing", Label{"Follow-up of a case", "Tindak lanjut kasus"}},
		{"perpetrator", Label{"Alleged perpetrator calls", "Diduga pelaku menghubungi"}},
		{"silent", Label{"Silent", "Senyap"}},
		{"hangup", Label{"Hung up", "Menutup telepon"}},
		{"interrupted_unsafe", Label{"Interrupted, perhaps unsafe", "Terputus, mungkin tidak aman"}},
		{"disconnected_network", Label{"Network trouble", "Gangguan jaringan"}},
		{"wrong_number", Label{"Wrong number", "Salah sambung"}},
		{"prank", Label{"Prank", "Iseng"}},
		{"abusive", Label{"Abusive or threatening", "Kasar / mengancam"}},
		{"sexual_gratification", Label{"Harassment of the volunteer", "Pelecehan terhadap relawan"}},
		{"out_of_scope", Label{"Out of scope", "Di luar lingkup"}},
		{"complaint_service", Label{"Complaint about the service", "Keluhan layanan"}},
		{"thanks", Label{"Thanks", "Ucapan terima kasih"}},
		{"test_training", Label{"Test or training", "Uji / latihan"}},
		{"outgoing", Label{"Outgoing call", "Panggilan keluar"}},
		{"no_consent", Label{"No consent", "Tidak memberi persetujuan"}},
	}
	return r
}
