/* For C and C++. */
#ifndef CONVOY_DO_CLIENT_DO_CONFIG_H_
#define CONVOY_DO_CLIENT_DO_CONFIG_H_

#ifdef __cplusplus
extern "C" {
#endif

/* Of the device: 0. Its GatewayHostName, where the process' later downloads are
   asked for too when their http URL fails, as a Connected Cache wants it; not
   those with headers or a certificate. Without one: nowhere else.
   errc::invalid_arg: NULL, or a GatewayHostName that is no host. */
int deliveryoptimization_set_iot_connection_string(const char* value);

/* What this is, "convoy"; NULL when there is no memory. Freed by
   the other one, which writes NULL to the pointer. */
char* deliveryoptimization_get_components_version(void);
void deliveryoptimization_free_version_buf(char** ppBuffer);

#ifdef __cplusplus
}
#endif

#endif /* CONVOY_DO_CLIENT_DO_CONFIG_H_ */
