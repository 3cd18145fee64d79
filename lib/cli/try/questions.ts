/** The intents that the classifier is taught first. */
export const TAUGHT = [
  'card_lost',
  'card_not_arrived',
  'card_declined',
  'pin_forgotten',
  'refund_status',
  'top_up_failed',
  'transfer_cancel',
  'exchange_rate',
  'loan_apply',
  'account_close',
] as const;

/** What it is asked then; none of it is in the data. The last one is about nothing that a bank does. */
export const QUESTIONS = [
  'I think my card slipped out of my bag on the beach',
  'Still no new card in my letterbox, and I leave on Friday',
  'The cashier says my card does not work',
  "I can't recall the code for my card",
  'When does the money for the returned jacket come back?',
  'I sent 500 to somebody else by mistake, please get it back',
  'How many crowns would I get for 200 euros?',
  'How long do I have to boil an egg?',
] as const;

/** The intent that it learns while it runs, and a question about it. */
export const NEW_LABEL = 'savings_interest';
export const NEW_QUESTION = 'How much interest would you pay me on 8000?';
