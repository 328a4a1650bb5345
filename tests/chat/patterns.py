"""Lines of chat with gaps: each says more than an order, or another thing. Orders by their very form are not here."""

from typing import Final

ENGLISH: Final = """
call me
Call me when you get this
call me {when}
ring me {when} pls
can u call {name}
can you call {name}?
could you call {name} {when}
call {name} {when}
did you call {name}?
please call {name} and tell her {name2} is late
I will call {name} {when}
don't call {name}
{name} will call you {when}
call {name} back
if {name} rings, call {place}
URGENT! call {number} from landline
Call {number} now!
CALL LANDLINE {number}
You have won a prize! To claim call {number} from your phone. Code {digits}
Please call our customer service on {number} between {digits} and {digits}
Your account is overdrawn. Call {number} immediately or lose {digits}
Sorry I missed your call. {name} was here
missed call from {number} at {digits}
{name}, are you there?
{name}, {thing} is ready
Hi {name}, how was {place}?
{name}: call {name2} {when}
<{name}> {name2}: try again with sudo
{name} said "call {name2}" but I forgot
he wrote: CALL {name}
The command is CALL {name}, if I remember it
"call {name}"
Re: CALL {name}?
> call {name}
* call {name}
- call {name}
1. call {name}
[ ] call {name}
TODO: call {name} {when}
call {name}, {name2} and me
call {name} or {name2}
call {name} if it rains
call {name} from {place} {when}
call {name} re {thing}
call {name} about {thing}
call {name} & {name2}
call it a day
call of duty
the call with {name} went well
conference call {when}, dial in {number}
ring ring
ring the bell
phone is dead, sorry
phone {name} {when} about {thing}
dial tone only
{number} is {name}'s new number
my number is {number}
{name} {number}
{name} - {number}
Tel: {number}
Fax {number}
send it to {number} or call
{name} {when}
{name}?
{name}!!! where are you
thanks {name}
thanks again for {thing}
Again, thank you
again and again
drop me a line {when}
drop {thing} at {place}
stop calling me
Stop it!
stop {name} before he leaves
end of story
cancel {thing} pls
cancel my subscription
Reply STOP to end, {digits} per msg
quit smoking {when}
at {place} {when}
at {digits}
At {place} now, {name} is here
I'm at {place} {when}
meet me at {place} at {digits}
last {when}
last night was great
last call for {place}
status of {thing}?
rate this call from 1 to 10
balance of {digits} due {when}
name one thing
name it
My name is {name}
ok call you {when}
ok see you {when}
ok {name}
yes but {when}
yes {name} is here
no problem
no, {name} has {thing}
No. Call {name2} instead of {name}
notice to all staff
help me with {thing}
help! {name} fell
verify your account at http://bank.example/{digits}
code is {digits}
code {digits} is your login code
language school {when}
May I call you?
May is the best month
Will you be at {place}?
Will {name} be there
Mark my words
Bill for {thing}: {digits}
Bill {digits}
Max {digits} people
Hope you are well
Grace and {name2} say hi
April {digits}
Sunday at {place}
On Sunday {name} wrote:
position {digits}
ETA {digits} at {place}
{digits}
{digits} {digits}
{thing} costs {digits}
pin {digits} for {thing}
BREAKING: Markets call time on {name}
{name} calls for calm as {name2} resigns
Local man rings bell, dials up outrage
call +
call
CALL!!!!
call "{number}"
call {number} {number}
call {number} {when}
call {number} and ask for {name}
please call back on {number} {when}
you can call {name}
to call {name}, press 1
I want to call {name}
wanna call {name}
let's call {name}
just call {name}
pls {name} call me
from {place} with love
from: {name}
FROM {name}
max {digits}
sent from my phone
/call {name}
!call {name}
call: {name}: {when}
http://call.example/{name}
call(name="{name}")
SELECT call FROM phones WHERE name = '{name}'
${{CALL {name}}}
<b>call {name}</b>
call{name}
c a l l {name}
ca11 {name}
kall {name}
call {name} \U0001f600
\U0001f4de {name}
lol call {name}
hey call {name}
ok call {name} now
so i told him: call {name}
"""

SPANISH: Final = """
llámame
llámame {when}
llama {when}
llama a {name} {when}
¿llamas a {name}?
¿puedes llamar a {name}?
puedes llamar a {name} {when}
no llames a {name}
voy a llamar a {name}
hay que llamar a {name} por {thing}
llama a {name} y dile que {name2} llega tarde
llamar a {name} o a {name2}
llama si puedes
te llamo {when}
la llama se apagó
marca la diferencia
marca España
llamada perdida de {number} a las {digits}
Llame ya al {number} y gane {digits}
URGENTE: llame al {number} antes de las {digits}
{name}, ¿dónde estás?
{name}, {thing} está aquí
hola {name}
{name} llega {when}
{name} {when}
en {place} {when}
estoy en {place} con {name}
estoy en camino
desde {place} con cariño
colgar {thing}
cuelga tú primero
cancelar {thing} por favor
otra vez lo mismo
otra vez, gracias
de nuevo {name}
repite por favor lo de {thing}
últimas noticias de {place}
saldo pendiente de {digits}
mi saldo es {digits}
tarifa de {thing}: {digits}
precio {digits}
nombre y apellidos
ayuda con {thing}
ayúdame
sí, {when}
sí pero {when}
si llama {name}, dile que {when}
no, {name} tiene {thing}
no sé
vale, hasta {when}
vale {name}
avisos de obras en {place}
código postal {digits}
tu código es {digits}
idioma oficial
gracias {name}
muchas gracias por {thing}
Mar adentro
Luz y agua: {digits}
Julio fue largo
dice "llama a {name}"
> llama a {name}
llama a {name}?
quiero llamar a {name}
{name} y {name2} en {place}
mi número es {number}
{number} es de {name}
clave {digits} del wifi
máximo {digits} personas
cargo de {digits}
la factura de {name}
ojalá llame {name}
que llame {name} {when}
"""
