package awsfile

// Sections lists the sections in the order in which they begin. A name is that of the header with one space between its parts and without quotes: "default",
// "profile dev", "sso-session work", "services local"; in a credentials file "dev".
func (f *File) Sections() []string {
	out := make([]string, len(f.sections))
	for i, s := range f.sections {
		out[i] = s.name
	}
	return out
}

// Has reports whether there is a section.
func (f *File) Has(section string) bool { return f.find(canonical(section)) != nil }

// Keys lists the keys of a section, in lower case, in the order in which they begin.
func (f *File) Keys(section string) []string {
	s := f.find(canonical(section))
	if s == nil {
		return nil
	}
	out := make([]string, len(s.keys))
	for i, p := range s.keys {
		out[i] = p.key
	}
	return out
}

// Get gives what a key says. Of several, the last counts; sections of one name are one. The case of the key does not matter. The Place has no File.
func (f *File) Get(name, key string) (Value, bool) {
	s := f.find(canonical(name))
	if s == nil {
		return Value{}, false
	}
	p := s.find(lower(key))
	if p == nil {
		return Value{}, false
	}
	return p.value(s.name), true
}

// Section gives all that a section says, by key in lower case.
func (f *File) Section(name string) (map[string]Value, bool) {
	s := f.find(canonical(name))
	if s == nil {
		return nil, false
	}
	out := make(map[string]Value, len(s.keys))
	for _, p := range s.keys {
		out[p.key] = p.value(s.name)
	}
	return out, true
}

func (p *property) value(section string) Value {
	d := p.now()
	v := Value{Text: Secret(d.value), From: Place{Section: section, Line: d.line + 1}}
	for _, sub := range d.sub {
		v.Sub = append(v.Sub, Pair{sub.key, Secret(sub.value)})
	}
	return v
}

// In gives a key of a nested block, such as endpoint_url of "sts" in a services section. Of several, the last counts.
func (v Value) In(key string) (string, bool) {
	for i := len(v.Sub) - 1; i >= 0; i-- {
		if v.Sub[i].Key == key {
			return string(v.Sub[i].Text), true
		}
	}
	return "", false
}
