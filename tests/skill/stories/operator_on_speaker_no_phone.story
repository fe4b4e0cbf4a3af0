Без номера телефона.
door: speaker
> позови оператора
> нет
< без звонка
books: handoffs 1
