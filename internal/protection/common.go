package protection

import (
	"crypto/sha1" // #nosec G505 -- see password_list.go
	"strings"
)

// common are the passwords that are on top of every list of stolen ones, and the forms in which they are bent to the usual policies.
const common = `000000 00000000 0987654321 1111 11111 111111 1111111 11111111 111111111 1111111111 112233 11223344 121212 123 123123 123123123 123321
1234 12345 123456 1234567 12345678 123456789 1234567890 123456a 123456q 123456789a 1234qwer 123654 123abc 123qwe 12qwaszx 131313 147258369 159357
159753 1a2b3c4d 1q2w3e 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 222222 22222222 232323 333333 456789 555555 55555555 5201314
654321 666666 66666666 696969 7777777 777777 77777777 789456 789456123 87654321 888888 88888888 987654 987654321 999999 99999999 999999999
a123456 a123456789 a1b2c3 a1b2c3d4 aa123456 aaaaaa abc123 abcd1234 abcdef abcdefgh access admin admin1 admin123 administrator alexander amanda andrea
andrew angel anthony apple arsenal asd123 asdasd asdf asdf1234 asdfasdf asdfgh asdfghjk asdfghjkl ashley asshole austin azerty
baseball basketball batman biteme blink182 bonjour buster butterfly changeme changeme123 charlie cheese chelsea chocolate computer cookie daniel
default diamond donald dragon eminem family flower football freedom fuckyou gfhjkm ginger google guest hannah harley hello hello123 hockey hunter iloveyou
iloveyou1 internet jackson jasmine jennifer jessica jesus jordan jordan23 joshua justin killer letmein letmein1 liverpool login london lovely loveme
madison maggie manchester master matrix matthew merlin michael michelle mickey minecraft monkey mustang mynoob naruto nicole ninja nothing orange pass pass123
pass1234 passw0rd password password! password0 password1 password12 password123 password1234 passwort patrick pepper pokemon princess purple
q1w2e3 q1w2e3r4 q1w2e3r4t5 qazwsx qazwsxedc qwaszx qwe123 qweasd qweasdzxc qweqwe qwer1234 qwert qwerty qwerty1 qwerty12 qwerty123 qwerty1234
qwerty12345 qwertyui qwertyuiop ranger robert root rosebud samantha samsung secret secret123 shadow silver snoopy soccer starwars summer sunshine
superman test test123 test1234 tester thomas thunder tigger trustno1 user welcome welcome1 welcome123 whatever william winter yankees yellow zaq12wsx
zaq1zaq1 zxc123 zxcvbn zxcvbnm
Aa123456 Aa123456! Aa123456@ Aa@123456 Abc123 Abc123! Abc123!@# Abc1234! Abc12345 Abc@123 Abc@1234 Abcd1234 Abcd1234! Abcd123! Abcd@1234
Admin123 Admin123! Admin1234! Admin@123 Admin@1234 Asdf1234 Asdf1234! Changeme1! Changeme123! ChangeMe123! Hello123! Iloveyou1! Letmein1! Letmein123!
Monkey123! P@$$w0rd P@$$w0rd1 P@55w0rd P@55word P@ssw0rd P@ssw0rd! P@ssw0rd1 P@ssw0rd1! P@ssw0rd12 P@ssw0rd123 P@ssw0rd123! P@ssword P@ssword1
P@ssword1! P@ssword123 Pa$$w0rd Pa$$w0rd! Pa$$word Pa$$word1 Pa55w0rd Pa55word Pass1234! Pass@123 Pass@1234 Passw0rd Passw0rd! Passw0rd1 Passw0rd1!
Passw0rd123! Password Password! Password01! Password1 Password1! Password1$ Password1@ Password12 Password12! Password123 Password123! Password123$
Password123@ Password1234 Password1234! Password@1 Password@12 Password@123 Password@1234 Qwer1234! Qwerty1 Qwerty1! Qwerty12! Qwerty123 Qwerty123!
Qwerty@123 Root@123 Secret123! Spring2024! Summer2023! Summer2024! Summer2025! Sunshine1! Test123! Test1234 Test1234! Test@123 Test@1234 Welcome1
Welcome1! Welcome12! Welcome123 Welcome123! Welcome@1 Welcome@123 Winter2023! Winter2024! Winter2025! Zaq12wsx! !QAZ2wsx 1qaz!QAZ 1qaz@WSX !QAZxsw2 Q1w2e3r4!`

// Common is the built-in list: what a guesser tries first.
func Common() *Words {
	w := &Words{}
	for _, word := range strings.Fields(common) {
		w.sums = append(w.sums, sha1.Sum([]byte(word))) // #nosec G401 -- see password_list.go
	}
	w.sort()
	return w
}
