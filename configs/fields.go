package configs

import (
	"reflect"
	"strings"
)

// Field is one field of the admin's routing form.
type Field struct {
	Key     string   `json:"key"`  // queues[].ring_for
	Type    string   `json:"type"` // as Setting.Type
	Label   Label    `json:"label"`
	Help    Label    `json:"help"`
	Default string   `json:"default"`
	Choices []Choice `json:"choices,omitempty"`
	Refers  string   `json:"refers,omitempty"` // queues, prompts: the value names one of these
}

// Choice is one value a field can have.
type Choice struct {
	Value string `json:"value"`
	Label Label  `json:"label"`
}

// Fields returns every key of the routing document with the words of the form.
func Fields() []Field {
	var all []Field
	eachKey(reflect.TypeFor[Routing](), "", func(path string, f reflect.StructField) {
		w := formWords[path]
		out := Field{Key: path, Type: typeWord(f), Label: Label{w.en, w.id}, Help: Label{f.Tag.Get("doc"), w.help},
			Default: f.Tag.Get("default"), Refers: refers[path]}
		if tag := f.Tag.Get("choices"); tag != "" {
			for _, c := range strings.Split(tag, ",") {
				out.Choices = append(out.Choices, Choice{c, choiceWords[c]})
			}
		}
		all = append(all, out)
	})
	return all
}

// refers says what a text names.
var refers = map[string]string{
	"numbers[].queue":     "queues",
	"queues[].exit.queue": "queues",
	"queues[].exit.words": "prompts",
	"queues[].greeting":   "prompts",
	"queues[].music":      "prompts",
	"agents[].queues":     "queues",
}

var choiceWords = map[string]Label{
	"id":           {"Indonesian", "Bahasa Indonesia"},
	"en":           {"English", "Bahasa Inggris"},
	"longest_idle": {"Who has been idle longest", "Yang paling lama menganggur"},
	"ring_all":     {"Everyone at once", "Semua sekaligus"},
	"round_robin":  {"In turn", "Bergiliran"},
}

// formWords are the words of the form: the label in both languages and the
// help in Indonesian. The English help is the field's doc tag.
var formWords = map[string]struct{ en, id, help string }{
	"numbers":            {"Numbers", "Nomor", "Nomor yang dihubungi penelepon dan antrean tujuannya."},
	"numbers[].number":   {"Number", "Nomor", "Nomor sebagaimana dikirim operator, hanya angka atau diawali +."},
	"numbers[].queue":    {"Queue", "Antrean", "Antrean yang dimasuki peneleponnya."},
	"numbers[].language": {"Language", "Bahasa", "Bahasa suara yang diputar: id atau en."},

	"queues":                   {"Queues", "Antrean", "Barisan tempat penelepon menunggu."},
	"queues[].id":              {"Short name", "Nama pendek", "Nama pendek yang tetap, dipakai oleh nomor, relawan, dan laporan."},
	"queues[].label":           {"Shown as", "Tampil sebagai", "Yang dilihat relawan saat panggilan berdering."},
	"queues[].strategy":        {"Who rings first", "Siapa berdering dulu", "Siapa yang berdering lebih dulu: longest_idle, ring_all, atau round_robin."},
	"queues[].ring_for":        {"Ring for", "Lama berdering", "Berapa lama peramban seorang relawan berdering sebelum relawan berikutnya dicoba."},
	"queues[].greeting":        {"Greeting", "Salam pembuka", "Rekaman yang didengar setiap penelepon pertama kali."},
	"queues[].music":           {"Music", "Musik", "Rekaman yang berulang selama penelepon menunggu atau ditahan."},
	"queues[].announce_every":  {"Announce position every", "Umumkan posisi setiap", "Seberapa sering penelepon diberi tahu posisinya, bila membaik; 0s tidak pernah."},
	"queues[].max_waiting":     {"Most callers waiting", "Jumlah menunggu terbanyak", "Berapa penelepon boleh menunggu sekaligus; 0 berarti tanpa batas."},
	"queues[].max_wait":        {"Longest wait", "Tunggu paling lama", "Paling lama penelepon menunggu sebelum jalan keluar ditempuh."},
	"queues[].max_wait_nobody": {"Longest wait with nobody on shift", "Tunggu paling lama tanpa relawan", "Berapa lama penelepon menunggu selama tidak ada relawan antrean ini yang bertugas."},
	"queues[].exit":            {"Way out", "Jalan keluar", "Yang terjadi bila penelepon menunggu terlalu lama: antrean lain, atau kata penutup."},
	"queues[].exit.queue":      {"Another queue", "Antrean lain", "Antrean yang mengambil alih; batas tunggunya dimulai dari awal."},
	"queues[].exit.words":      {"Closing words", "Kata penutup", "Rekaman yang diputar sebelum panggilan berakhir."},
	"queues[].wrap_up":         {"Writing time", "Waktu mencatat", "Waktu relawan mencatat setelah kontak; 0s tanpa."},
	"queues[].wrap_up_extend":  {"Extend adds", "Tambahan waktu", "Berapa lama satu kali menekan Perpanjang menambah."},
	"queues[].short_abandon":   {"Short call below", "Panggilan singkat di bawah", "Penelepon yang pergi dalam waktu ini dihitung sebagai abandoned_short."},

	"agents":          {"Volunteers", "Relawan", "Para relawan yang menjawab, dan untuk antrean mana."},
	"agents[].id":     {"User name", "Nama pengguna", "Nama yang dipakainya untuk masuk."},
	"agents[].name":   {"Alias", "Nama samaran", "Nama samaran di layar, tidak pernah disampaikan kepada penelepon."},
	"agents[].queues": {"Answers", "Menjawab", "Antrean yang dijawabnya."},
	"agents[].dial":   {"May call out", "Boleh menelepon keluar", "Apakah ia boleh menelepon keluar, ke nomor yang diizinkan."},
	"agents[].mobile": {"Own mobile", "Ponsel pribadi", "Nomor ponselnya dengan kode negara, bila ia boleh didering di sana; penelepon tidak pernah melihatnya."},

	"outgoing":                    {"Outgoing calls", "Panggilan keluar", "Panggilan apa yang boleh dibuat relawan atas nama hotline."},
	"outgoing.allow":              {"May be called", "Boleh dihubungi", "Awalan nomor dengan kode negara seperti +6221, atau nomor pendek utuh seperti 112. Kosong: tidak seorang pun dapat menelepon keluar."},
	"outgoing.deny":               {"May not be called", "Tidak boleh dihubungi", "Yang tidak boleh dihubungi walaupun diizinkan di atas. Dari dua yang cocok, yang lebih panjang berlaku."},
	"outgoing.max_at_once":        {"At once", "Sekaligus", "Berapa panggilan keluar boleh berlangsung sekaligus."},
	"outgoing.max_per_hour":       {"Per volunteer and hour", "Per relawan dan jam", "Berapa panggilan keluar boleh dibuat seorang relawan dalam satu jam, termasuk pengalihan ke nomor."},
	"outgoing.max_minutes":        {"Longest call (minutes)", "Panggilan terlama (menit)", "Tidak ada panggilan keluar yang lebih lama, dalam menit."},
	"outgoing.max_cost_per_day":   {"Most costs per day", "Biaya terbanyak per hari", "Bila panggilan hari itu sudah berbiaya sebanyak ini menurut tarif, tidak ada yang baru; yang berjalan tidak diputus. 0 berarti tanpa batas."},
	"outgoing.rates":              {"Rates", "Tarif", "Biaya panggilan, untuk batas biaya per hari; awalan terpanjang berlaku."},
	"outgoing.rates[].prefix":     {"Numbers beginning with", "Nomor berawalan", "Awalan nomor dengan kode negara, atau nomor pendek utuh."},
	"outgoing.rates[].per_minute": {"Per minute", "Per menit", "Harga setiap menit yang dimulai, dalam mata uang batas biaya."},

	"pause_reasons":            {"Pause reasons", "Alasan jeda", "Yang dapat dipilih relawan saat jeda."},
	"pause_reasons[].code":     {"Code", "Kode", "Nama tetap yang disimpan dalam jurnal."},
	"pause_reasons[].label":    {"Shown as", "Tampil sebagai", "Yang dibaca relawan."},
	"pause_reasons[].label.en": {"English", "Inggris", "Bahasa Inggris."},
	"pause_reasons[].label.id": {"Indonesian", "Indonesia", "Bahasa Indonesia."},

	"dispositions":            {"Dispositions", "Hasil kontak", "Cara relawan menerangkan kontak yang selesai."},
	"dispositions[].code":     {"Code", "Kode", "Nama tetap yang disimpan dalam jurnal."},
	"dispositions[].label":    {"Shown as", "Tampil sebagai", "Yang dibaca relawan."},
	"dispositions[].label.en": {"English", "Inggris", "Bahasa Inggris."},
	"dispositions[].label.id": {"Indonesian", "Indonesia", "Bahasa Indonesia."},
}
