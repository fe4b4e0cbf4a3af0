A request that is open stays with its flat while the other flat is asked about
who: both
door: text
> лифт не работает
< заявка: «лифт не работает»
> а долг по 7
< квартира 7; 47 010
> нет
< квартира 12. заявка: «лифт не работает»
> да
< номер 1
books: tickets 1
