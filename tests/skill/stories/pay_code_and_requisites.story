The QR code and the requisites are given where they are asked for
door: text
> скиньте qr код
< 8 030; верно
> да
< ссылк
> и реквизиты
< квитанции; ссылку; {number}
> можно оплатить по qr?
< СБП
books: payments 8030.61
