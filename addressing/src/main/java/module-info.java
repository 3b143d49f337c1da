/**
 * Keys, endpoint ids, relay URLs, endpoint addresses and tickets: the values all layers speak of.
 */
module dev.dialkey.addressing {
  requires com.ibm.icu;
  requires org.bouncycastle.provider;
  requires static org.jspecify;

  exports dev.dialkey.addressing;
}
